// What was asked for on the command line: a plain value, with the defaults in place. Says nothing about whether
// this machine can do it.
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

/// One of the command's standard descriptors. `merge` is for stderr only: the same stream as stdout. `terminal`: the
/// command's own pseudo-terminal.
struct StreamChoice {
    enum class Mode { inherit, pipe, null, file, merge, terminal };
    Mode mode = Mode::pipe;
    std::string path{};  ///< for `file`
};

/// What to do with processes that outlive the command.
enum class OrphanPolicy { kill, wait, leave };

struct EnvironmentChange {
    std::string name;
    std::optional<std::string> value;  ///< nothing: the caller's value, if it has one
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
    std::optional<WindowSize> window;            ///< nothing: the user's terminal's
    std::optional<StreamChoice> standard_input;  ///< nothing: inherit, or a terminal that is typed into the pty
    StreamChoice standard_output{};
    std::optional<StreamChoice> standard_error;  ///< nothing: pipe, or merge where both go to the same place anyway
    std::optional<std::string> output_file;
    bool append = false;
    LineStamp stamp{};            ///< before each line that is passed on
    bool output_stamped = false;  ///< in the output file as well
    Size max_output = unlimited;
    Size pipe_size = 256 * 1024;

    // Time and stopping
    Duration timeout = forever;
    Duration idle_timeout = forever;
    std::optional<std::string> on_timeout;  ///< for /bin/sh -c
    int signal = 15;                        ///< SIGTERM
    Duration kill_after = std::chrono::seconds(5);
    std::optional<std::vector<StopStep>> stop;  ///< replaces signal and kill_after
    bool preserve_status = false;
    OrphanPolicy orphans = OrphanPolicy::kill;
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
    std::optional<std::string> report;
    std::optional<int> report_fd;
    std::optional<std::string> junit;
    bool summary = false;
    Duration heartbeat = forever;
    bool progress = false;
    bool quiet = false;
    int verbose = 0;
};

}  // namespace netrunner
