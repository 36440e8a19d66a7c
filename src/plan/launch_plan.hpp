// Turns the options and the facts about this machine into the launch plan of a run. main calls it, and the session
// carries the plan out. Options that contradict each other are refused; no option is dropped silently. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cli/options.hpp"
#include "src/plan/facts.hpp"
#include "src/plan/retry_plan.hpp"
#include "src/plan/stream_plan.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {

/// How a run on a pseudo-terminal uses the user's terminal.
struct TerminalPlan {
    bool typed = false;         ///< descriptor 0 is the user's terminal; its keys go to the command
    bool fed = false;           ///< input comes from a descriptor 0 that is no terminal
    bool driven = false;        ///< input comes from the requests of --control
    bool keeps_output = false;  ///< netrunner's output goes elsewhere: keep the terminal's output modes
    bool follows_size = true;   ///< resized with the user's terminal
    WindowSize window{};        ///< the size at the start
};

struct LaunchPlan : StreamPlan {
    /// The shepherd's argv after its own name; see shepherd/main.cpp.
    std::vector<std::string> words;
    /// The command's environment; nothing if it is netrunner's own.
    std::optional<std::vector<std::string>> environment;
    std::optional<std::string> directory;
    bool output_is_terminal = false;  ///< netrunner's descriptor 1 is a terminal
    bool error_is_terminal = false;   ///< netrunner's descriptor 2 is a terminal
    bool outputs_are_one = false;     ///< netrunner's descriptors 1 and 2 lead to the same file
    std::string unseen_output;        ///< a line to say before the start: which options miss an output; mostly empty
    std::optional<TerminalPlan> terminal;
    /// What follows when the command waits for keys; nothing if keys can come, or without a pseudo-terminal.
    std::optional<Options::NoInput> no_input;
    std::optional<CgroupPlan> cgroup;
    bool has_terminal = false;        ///< netrunner has a controlling terminal, so the run takes part in job control
    bool survives_no_reader = false;  ///< SIGPIPE was ignored: a write without a reader is an error
    protocol::Plan shepherd;

    std::optional<std::string> output_file;
    bool append = false;
    LineStamp stamp;
    bool stamps_file = false;
    bool plain_file = false;  ///< the output file gets plain lines
    Size max_output = unlimited;
    bool drops_output = false;  ///< beyond `max_output`: discard, and let the command go on
    std::size_t pipe_size = 0;
    Duration timeout = forever;
    Duration idle_timeout = forever;
    Duration cpu_time = forever;
    std::optional<Size> max_rss{};
    std::optional<std::uint64_t> max_processes{};
    Duration heartbeat = forever;
    std::optional<Duration> sample{};  ///< how often to record the use of the tree
    std::optional<std::string> on_timeout;
    std::optional<std::string> on_stop;
    std::vector<StopStep> ladder;
    OrphanPolicy orphans = OrphanPolicy::kill;
    std::string spare;  ///< the names in the form of SpareRule
    bool die_with_parent = false;
    std::optional<RetryPlan> retry;
    /// For the verdict, if `timeout` is not --timeout but the rest of --retry-timeout; else empty.
    std::string timeout_shown;
};

/// Throws UsageError if options contradict each other or the facts.
LaunchPlan make_launch_plan(const Options& options, const Facts& facts);

/// The limit on time, for messages: "30s".
std::string shown_timeout(const LaunchPlan& plan);

/// A stream's mode as typed on the command line: "pipe", "stdout", or the file's name; or "closed".
std::string describe(const StreamChoice& choice);

}  // namespace netrunner
