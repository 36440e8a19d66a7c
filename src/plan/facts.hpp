// Collects what the launch plan depends on besides the options: the inherited signals, environment and terminal, and
// user and group ids. main calls it, for each attempt of a run anew. It only reads: make_launch_plan decides.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cli/options.hpp"
#include "src/plan/identity.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// The user's terminal: the first of descriptors 0 to 2 that is a terminal, else the controlling terminal. Filled in
/// only with --pty.
struct TerminalFacts {
    bool found = false;
    bool is_input = false;    ///< descriptor 0 is a terminal
    bool is_output = false;   ///< descriptor 1 is that terminal
    bool foreground = false;  ///< netrunner's group is its foreground, or it is not this session's terminal
    std::optional<protocol::TerminalModes> modes{};
    std::optional<WindowSize> window{};  ///< its size, else that of COLUMNS and LINES
};

/// Everything that the plan depends on besides the options.
struct Facts {
    SignalState signals{};                   ///< what netrunner was started with
    Identity identity{};                     ///< ids of --uid, --gid and --groups
    std::vector<std::string> environment{};  ///< netrunner's own, NAME=VALUE; only if an option may change it
    bool has_terminal = false;               ///< netrunner has a controlling terminal
    bool outputs_are_one = false;            ///< descriptors 1 and 2 are open and lead to the same file
    bool output_is_terminal = false;         ///< descriptor 1 is a terminal
    bool error_is_terminal = false;          ///< descriptor 2 is a terminal
    std::array<bool, 3> closed{};            ///< which of descriptors 0-2 netrunner found closed
    std::vector<int> passed{};               ///< descriptors above 2 that go to the command
    pid_t group = 0;                         ///< netrunner's process group
    TerminalFacts terminal{};
    std::vector<std::string> spare{};          ///< programs of --spare; those with a slash as their real path
    std::optional<std::string> cgroup_base{};  ///< NETRUNNER_CGROUP_BASE
};

/// `found` and `closed`: the signal state and the closed ones of descriptors 0-2 that netrunner was started with.
/// `passed`: the descriptors above 2 that go to the command. Throws std::runtime_error if /proc cannot be used or if a
/// user or group does not exist.
Facts gather_facts(const Options& options, const SignalState& found, const std::array<bool, 3>& closed,
                   std::vector<int> passed);

}  // namespace netrunner
