// The options of `netrunner run` as a plain value, with the defaults filled in. The parser (run_options) makes it, the
// launch plan reads it. Does not tell whether this machine supports them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/cgroup/plan.hpp"
#include "src/relay/line_stamp.hpp"
#include "src/system/window_size.hpp"
#include "src/values/quantity.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

/// Where one of the command's standard descriptors leads. `automatic`: outputs only, the launch plan chooses another
/// mode. `merge`: stderr only, the same stream as stdout. `terminal`: the command's pseudo-terminal (--pty). `control`:
/// read and written by the requests of --control. `closed`: nowhere; only the launch plan chooses it.
struct StreamChoice {
    enum class Mode { automatic, inherit, pipe, null, file, merge, terminal, control, closed };
    Mode mode = Mode::automatic;
    std::string path{};  ///< for `file`; `-` is netrunner's standard output
};

/// An open descriptor, or a file or socket to open.
struct Endpoint {
    std::optional<int> descriptor{};
    std::string path{};  ///< if there is no descriptor
};

/// What to do with processes that outlive the command.
enum class OrphanPolicy { kill, wait, leave };

struct EnvironmentChange {
    std::string name;
    std::optional<std::string> value;  ///< nothing: keep netrunner's own value, if any
};

/// Ends after which a run is tried again (--retry-on).
struct RetryEnd {
    std::string word;  ///< `failure`, `exit` or a reason of the report
    int first = 0;     ///< for `exit`: the exit codes from here
    int last = 255;    ///< to here
};

struct ResourceLimit {
    int resource = 0;  ///< RLIMIT_*
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

struct Options {
    std::vector<std::string> command;  ///< never empty after parsing

    // Streams and terminal
    bool pty = false;
    std::optional<std::string> term;             ///< TERM on the pseudo-terminal; nothing: the user's
    std::optional<WindowSize> window;            ///< nothing: the size of the user's terminal
    std::optional<StreamChoice> standard_input;  ///< nothing: inherit; with --pty on a terminal: terminal
    StreamChoice standard_output{};
    StreamChoice standard_error{};
    enum class NoInput { say, fail };
    std::optional<NoInput> no_input;  ///< with --pty: when the command waits for keys that cannot come
    enum class TerminalError { automatic, terminal, pipe };
    TerminalError terminal_error = TerminalError::automatic;  ///< with --pty: where an `automatic` standard error leads
    std::optional<std::string> output_file;                   ///< `-` is standard output
    bool append = false;
    LineStamp stamp{};            ///< put before each line that is relayed
    bool output_stamped = false;  ///< put into the output file too
    bool output_plain = false;    ///< the output file gets plain lines, see PlainText
    Size max_output = unlimited;
    enum class OutputAction { stop, drop };
    std::optional<OutputAction> output_action;  ///< what follows beyond `max_output`; nothing: stop
    bool close_descriptors = false;             ///< the command gets descriptors 0-2 only
    Size pipe_size = 256 * 1024;

    // Time and stopping
    Duration timeout = forever;
    Duration idle_timeout = forever;
    Duration cpu_time = forever;
    Size max_rss = unlimited;                      ///< of all processes together, watched
    std::optional<std::uint64_t> max_processes{};  ///< at once, watched; nothing: no limit
    std::optional<std::string> on_timeout;         ///< for /bin/sh -c
    std::optional<std::string> on_stop;            ///< the same, at every stop that has no `on_timeout`
    std::optional<int> signal;                     ///< nothing: SIGTERM
    std::optional<Duration> kill_after;            ///< nothing: 5 s
    std::optional<std::vector<StopStep>> stop;     ///< the whole ladder, instead of the two above
    bool preserve_status = false;
    std::optional<int> retries;
    std::vector<RetryEnd> retry_on;         ///< empty: failure
    std::optional<Duration> retry_delay;    ///< nothing: 1 s
    std::optional<Duration> retry_timeout;  ///< for all attempts together
    OrphanPolicy orphans = OrphanPolicy::kill;
    std::vector<std::string> spare;  ///< names or paths of programs whose orphans are left running
    bool die_with_parent = false;
    bool pid_namespace = false;

    // Surroundings
    bool keep_signals = false;
    std::optional<std::string> directory;
    std::vector<EnvironmentChange> set;
    std::vector<std::string> unset;
    bool ignore_environment = false;
    std::optional<std::string> argv0;
    std::optional<std::string> user;
    std::optional<std::string> group;
    std::optional<std::vector<std::string>> groups;
    std::optional<unsigned> umask;
    std::optional<int> nice;
    std::vector<ResourceLimit> limits;
    bool no_new_privs = false;

    CgroupChoice cgroup;

    // Report
    std::optional<std::string> report;  ///< `-` is standard output, also for `junit`
    std::optional<int> report_fd;
    std::optional<std::string> junit;
    std::optional<std::string> junit_name;  ///< nothing: the command
    std::optional<Endpoint> events;
    std::optional<Endpoint> control;
    std::optional<Duration> sample;  ///< how often to record the use of the tree; nothing: never
    bool summary = false;
    Duration heartbeat = forever;
    bool progress = false;
    bool quiet = false;
    int verbose = 0;
};

}  // namespace netrunner
