// From what was asked for to what will be done on this machine: Options and facts in, LaunchPlan out. Pure. Refuses
// what contradicts itself; never drops a wish.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cli/options.hpp"
#include "src/plan/identity.hpp"
#include "src/system/signal_source.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {

/// The user's terminal: the first of descriptors 0 to 2 that is one, else the controlling terminal. Only for --pty.
struct TerminalFacts {
    bool found = false;
    bool is_input = false;    ///< descriptor 0
    bool is_output = false;   ///< descriptor 1 is the same one as descriptor 0, or the one found
    bool is_error = false;    ///< descriptor 2 is a terminal
    bool foreground = false;  ///< netrunner's group has it, or nobody shares it out
    std::optional<protocol::TerminalModes> modes{};
    std::optional<WindowSize> window{};  ///< its size, else what the environment says
};

/// What the plan depends on besides the options.
struct Facts {
    SignalState signals{};                   ///< as found at the start
    Identity identity{};                     ///< what the names in the options come to
    std::vector<std::string> environment{};  ///< netrunner's own, NAME=VALUE
    bool has_terminal = false;               ///< there is a controlling terminal to share
    bool outputs_are_one = false;            ///< descriptors 1 and 2 lead to the same place
    bool error_is_terminal = false;          ///< descriptor 2; only for --progress
    pid_t group = 0;                         ///< netrunner's process group
    TerminalFacts terminal{};
    std::optional<std::string> cgroup_base{};  ///< NETRUNNER_CGROUP_BASE
};

/// The user's part in a run on a pseudo-terminal.
struct TerminalPlan {
    bool typed = false;         ///< descriptor 0 is the user's terminal, and what is typed there goes to the command
    bool fed = false;           ///< what is typed comes from elsewhere: the user's terminal has no part in it
    bool keeps_output = false;  ///< our output goes elsewhere: how the user's terminal shows output stays as it is
    bool follows_size = true;   ///< of the user's terminal
    WindowSize window{};        ///< at the start
};

struct LaunchPlan {
    /// The shepherd's argv after its own name; see shepherd/main.cpp.
    std::vector<std::string> words;
    /// The command's environment, where it differs from ours.
    std::optional<std::vector<std::string>> environment;
    std::optional<std::string> directory;
    StreamChoice standard_input;
    StreamChoice standard_output;
    StreamChoice standard_error;  ///< decided: never "whatever is best"
    std::optional<TerminalPlan> terminal;
    std::optional<CgroupPlan> cgroup;
    bool has_terminal = false;        ///< there is a controlling terminal, and with it job control
    bool survives_no_reader = false;  ///< SIGPIPE was ignored: writing without a reader is an error, not an end
    protocol::Plan shepherd;

    std::optional<std::string> output_file;
    bool append = false;
    LineStamp stamp;
    bool stamps_file = false;
    Size max_output = unlimited;
    std::size_t pipe_size = 0;
    Duration timeout = forever;
    Duration idle_timeout = forever;
    Duration heartbeat = forever;
    std::optional<std::string> on_timeout;
    std::vector<StopStep> ladder;
    OrphanPolicy orphans = OrphanPolicy::kill;
    bool die_with_parent = false;
};

/// Throws UsageError.
LaunchPlan make_launch_plan(const Options& options, const Facts& facts);

/// A stream's mode as on the command line: "pipe", "stdout", or the file's name.
std::string describe(const StreamChoice& choice);

}  // namespace netrunner
