// How a run went, as values: the way it ended, what netrunner did about it, and the figures. And the one place that
// turns this into what netrunner itself ends with.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cgroup/cgroup.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

// Exit codes of netrunner's own (contract: How it ends).
inline constexpr int exit_write_error = 1;  ///< as of a filter that nobody reads and that no SIGPIPE ends
inline constexpr int exit_limit = 124;
inline constexpr int exit_own_failure = 125;
inline constexpr int exit_cannot_execute = 126;
inline constexpr int exit_not_found = 127;

struct NotStarted {
    enum class Fault {
        set_up,          ///< something that was to be done before
        not_executable,  ///< there is such a file, it just cannot be executed
        not_found,
    };
    Fault fault = Fault::set_up;
    std::string stage{};    ///< what was being done, in one word: "exec", "chdir", ...
    int error = 0;          ///< errno
    std::string message{};  ///< one line
};
struct Exited {
    int code = 0;
};
struct Signaled {
    int signal = 0;
    bool core_dumped = false;
};
/// Not even SIGKILL has ended it in time; see Outcome::survivors.
struct Unended {};
/// The shepherd or the guard was killed, and the command's own end is not known, or was of our making.
struct Lost {};

using End = std::variant<NotStarted, Exited, Signaled, Unended, Lost>;

/// Why netrunner started the ladder.
enum class StopCause {
    timeout,
    idle_timeout,
    output_limit,
    cancelled,  ///< a signal from outside
    parent_died,
    no_reader,  ///< nobody reads its terminal's output any more
    orphans,    ///< the command had ended, others had not
    failure,    ///< netrunner could not go on
    lost,       ///< the shepherd or the guard was killed
};

struct StopRecord {
    StopCause cause = StopCause::timeout;
    struct Step {
        int signal = 0;
        Duration after{};  ///< since the start of the run
    };
    std::vector<Step> steps;
    std::string limit;  ///< what was exceeded, for people: "30s", "1 MiB"; empty when nothing was
};

struct Orphan {
    pid_t pid = 0;
    std::string name;     ///< as in /proc/PID/comm
    std::string command;  ///< the start of its command line
    int ended_by = 0;     ///< the last signal it was sent
};

/// What even SIGKILL has not ended in time.
struct Survivor {
    pid_t pid = 0;
    std::string command;
    std::string state;  ///< as in /proc/PID/stat: D for a wait that nothing interrupts
};

struct StreamFigures {
    std::string mode;           ///< as on the command line
    std::optional<Size> bytes;  ///< passed on; nothing when netrunner does not see the stream
    Duration blocked{};
    bool truncated = false;
};

/// The control group that the command had.
struct GroupRecord {
    std::string path;
    std::map<std::string, std::string> limits;  ///< by file, as the kernel has them
    CgroupFigures figures;
};

/// What --on-timeout ran.
struct TimeoutCommandRecord {
    int status = 0;      ///< as a shell shows it; 124: it took too long
    std::string output;  ///< the beginning of it
    bool truncated = false;
    Duration duration{};
};

struct Outcome {
    End end = Unended{};  ///< until its end is known
    std::optional<StopRecord> stop;
    int cancelled_by = 0;   ///< the first signal from outside that asked for an end, or brought it; 0: none
    std::string directory;  ///< the command's working directory
    std::optional<pid_t> pid;
    std::optional<protocol::Usage> usage;
    std::vector<Orphan> orphans;
    std::vector<Survivor> survivors;
    std::string lost;  ///< which of our own processes was killed, if one was
    StreamFigures standard_input;
    StreamFigures standard_output;
    StreamFigures standard_error;
    std::vector<std::string> failures;  ///< of netrunner's own, which did not end the command: one line each
    std::vector<std::string> notes;     ///< what else its user should know, and what is no failure
    std::vector<std::string> containment;
    std::optional<GroupRecord> cgroup;
    std::optional<TimeoutCommandRecord> on_timeout;
    bool failed = false;              ///< netrunner could not go on: `failures` say why
    bool reader_given_up = false;     ///< output was lost to a reader that took nothing
    bool had_terminal = false;        ///< what was typed at the terminal went to the command instead of us
    bool on_terminal = false;         ///< it ran on a pseudo-terminal
    bool survives_no_reader = false;  ///< SIGPIPE was ignored: not what to die of
    std::chrono::system_clock::time_point started_at{};
    std::chrono::system_clock::time_point ended_at{};
    Duration wall{};
    std::optional<Duration> startup;  ///< from netrunner's start until the command ran

    /// The run is over: fills in its times from when it began. All from the steady clock, so that a change of the time
    /// of day does not make a run negative.
    void stamp(std::chrono::steady_clock::time_point begun);
};

/// Seconds on a processor, of everything that ran: the control group's count where there is one, else what was reaped.
struct CpuTime {
    std::optional<double> user;
    std::optional<double> system;
};
CpuTime cpu_time(const Outcome& outcome);

/// What netrunner ends with.
struct Ending {
    int status = 0;               ///< as a shell shows it
    std::optional<int> signal{};  ///< to die of, so that the shell and the loop around it see it; then status is 128+N
    bool tell_group = false;      ///< Ctrl-C went to the command alone: those around us have not seen it
};

Ending ending_of(const Outcome& outcome, bool preserve_status);

/// "exited", "timeout" and so on: the cause, not the symptom (contract: The JSON report).
std::string reason_of(const Outcome& outcome);

/// The verdict without its prefix; empty when there is nothing to say.
std::string verdict_of(const Outcome& outcome);

/// The verdict, and a line for each failure that it does not name.
std::vector<std::string> lines_to_say(const Outcome& outcome, const std::string& verdict);

}  // namespace netrunner
