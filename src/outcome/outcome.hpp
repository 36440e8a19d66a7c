// How a run ended, what netrunner did to end it, and its figures, as values. The session fills them in; the reports
// read them. Also decides netrunner's own exit status, the reason and the verdict. Writes nothing.
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
#include "src/sampling/run_record.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

// Exit codes that are netrunner's and not the command's (EXIT STATUS in netrunner(1)).
inline constexpr int exit_write_error = 1;  ///< the reader is gone and SIGPIPE was ignored
inline constexpr int exit_limit = 124;
inline constexpr int exit_own_failure = 125;
inline constexpr int exit_cannot_execute = 126;
inline constexpr int exit_not_found = 127;

struct NotStarted {
    enum class Fault {
        set_up,          ///< a step before exec failed
        not_executable,  ///< the file exists but cannot be executed
        not_found,
        timed_out,  ///< the time limit passed while netrunner waited for the other end of a FIFO
    };
    Fault fault = Fault::set_up;
    std::string stage{};    ///< the step that failed, in one word: "exec", "rlimit", ...
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
/// SIGKILL did not end the command in time; see Outcome::survivors.
struct Unended {};
/// The shepherd or the guard was killed. The command's own end is unknown, or netrunner caused it.
struct Lost {};

using End = std::variant<NotStarted, Exited, Signaled, Unended, Lost>;

/// Why netrunner started the ladder.
enum class StopCause {
    timeout,
    idle_timeout,
    output_limit,
    cpu_limit,
    memory_limit,   ///< --max-rss, not the kernel's limit
    process_limit,  ///< --max-processes
    no_input,       ///< the command waits for keys that cannot come (--no-input fail)
    cancelled,      ///< a signal from outside
    parent_died,
    control_closed,  ///< the process that holds the other end of --control N has closed it
    no_reader,       ///< the output of the pseudo-terminal has lost its reader or cannot be written
    orphans,         ///< the command has ended and left processes behind
    failure,         ///< netrunner itself failed and cannot go on
    lost,            ///< the shepherd or the guard was killed
};

struct StopRecord {
    StopCause cause = StopCause::timeout;
    struct Step {
        int signal = 0;
        Duration after{};         ///< since the start of the run
        bool to_command = false;  ///< sent to the command's first process alone
    };
    std::vector<Step> steps;
    std::string limit;   ///< the limit that was exceeded, for messages: "30s", "1 MiB"; else empty
    std::string used{};  ///< how much was used then, if it was measured: "30.02s", "70 MiB"; else empty
};

struct Orphan {
    pid_t pid = 0;
    std::string name;     ///< as in /proc/PID/comm; empty if /proc does not show the process (hidepid)
    std::string command;  ///< the start of its command line
    int ended_by = 0;     ///< the last signal that was sent to it; 0: none, it is spared

    /// For messages: "sleep (4243)".
    [[nodiscard]] std::string shown() const;
};

/// A process that SIGKILL did not end in time.
struct Survivor {
    pid_t pid = 0;
    std::string command;  ///< empty if /proc does not show the process (hidepid)
    std::string state;    ///< as in /proc/PID/stat; D: uninterruptible sleep; empty as for `command`
};

struct StreamFigures {
    std::string mode;                            ///< as typed on the command line
    std::optional<Size> bytes;                   ///< relayed; nothing if the stream does not go through netrunner
    Duration blocked{};                          ///< how long the reader held the run up
    bool lost = false;                           ///< output was lost, other than by --max-output
    bool unread = false;                         ///< the reader has gone
    Size dropped = 0;                            ///< bytes that netrunner took and discarded
    std::optional<std::uint64_t> ended_lines{};  ///< of a job of a batch: unfinished lines ended after a silence

    [[nodiscard]] bool truncated() const { return lost || dropped > 0; }
};

/// The run's control group.
struct GroupRecord {
    std::string path;
    std::map<std::string, std::string> limits;  ///< by interface file, as read back from the kernel
    CgroupFigures figures;
    std::string shortage_above{};  ///< the limit of a surrounding group that was reached, if it is known: for messages
};

/// How the command of --on-timeout or --on-stop went.
struct StopCommandRecord {
    int status = 0;      ///< as a shell shows it; 124: stopped at its time limit
    std::string output;  ///< the beginning of its output
    bool truncated = false;
    Duration duration{};
};

/// A change of the time limit while the run went on.
struct LimitChange {
    /// The process that asked; of a pipe, the kernel does not tell it.
    struct Peer {
        uid_t uid = 0;
        pid_t pid = 0;
    };
    Duration after{};    ///< since the start of the run
    Duration timeout{};  ///< the new limit, since the start of the run
    std::optional<Peer> by{};
};

/// What became of the events of --events; `dropped` ones were never written. The last event, `end`, is not counted.
struct EventFigures {
    std::uint64_t written = 0;
    std::uint64_t dropped = 0;
};

/// One attempt of a run with --retries.
struct AttemptRecord {
    std::string reason;
    int status = 0;  ///< what netrunner would have ended with
    std::optional<int> exit_code{};
    std::optional<int> signal{};
    std::chrono::system_clock::time_point started_at{};
    std::chrono::system_clock::time_point ended_at{};
    Duration wall{};
};

struct Outcome {
    std::string command{};  ///< as it was typed; the verdict begins with its last component
    End end = Unended{};    ///< `Unended` until the end is known
    std::optional<StopRecord> stop;
    int cancelled_by = 0;   ///< the first signal from outside that ended the run or asked for its end; 0: none
    std::string directory;  ///< the command's working directory
    std::optional<pid_t> pid;
    std::optional<protocol::Usage> usage;
    std::vector<Orphan> orphans;
    std::vector<Orphan> spared;  ///< left running (--spare), without those that are left because of another one
    std::vector<Survivor> survivors;
    std::string lost;  ///< "shepherd" or "guard", if it was killed
    StreamFigures standard_input;
    StreamFigures standard_output;
    StreamFigures standard_error;
    std::vector<std::string> failures;  ///< failures of netrunner itself, one line each
    std::vector<std::string> notes;     ///< remarks for the user that are not failures
    std::vector<std::string> containment;
    std::optional<GroupRecord> cgroup;
    /// Processes that the kernel killed meanwhile for want of memory in a surrounding control group, not in `cgroup`.
    std::optional<std::uint64_t> killed_above;
    std::optional<StopCommandRecord> on_stop;
    std::vector<LimitChange> changes;
    std::optional<EventFigures> events;
    std::optional<RunRecord> record;      ///< --sample
    std::vector<AttemptRecord> attempts;  ///< with --retries: all, this one included; else empty
    /// The order to end, or the parent's end, came while the run waited for another attempt, after this one.
    bool ended_between = false;
    bool interrupted = false;         ///< Ctrl-C or Ctrl-\ was typed and reached netrunner
    Duration suspended{};             ///< how long the run was suspended
    bool outer_tells = false;         ///< an outer run stopped this one and tells why
    bool failed = false;              ///< netrunner could not go on; `failures` says why
    bool reader_given_up = false;     ///< output was lost because its reader took nothing in time
    bool had_terminal = false;        ///< when the command ended, typed keys reached only the command
    bool on_terminal = false;         ///< the command ran on a pseudo-terminal
    bool survives_no_reader = false;  ///< SIGPIPE was ignored, so netrunner must not die of it
    std::chrono::system_clock::time_point started_at{};
    std::chrono::system_clock::time_point ended_at{};
    Duration wall{};
    std::optional<Duration> startup;  ///< from netrunner's start until the command ran

    /// Sets the times at the end of a run that began at `begun`. The duration comes from the steady clock, so that a
    /// change of the system time cannot make it negative.
    void stamp(std::chrono::steady_clock::time_point begun);
};

/// CPU seconds of all processes of the run: the control group's count, or the sum over reaped processes if there is no
/// group or if processes have left it.
struct CpuTime {
    std::optional<double> user;
    std::optional<double> system;
};
CpuTime cpu_time(const Outcome& outcome);

/// How netrunner itself ends.
struct Ending {
    int status = 0;               ///< as a shell shows it
    std::optional<int> signal{};  ///< netrunner dies of it, so that the shell sees it; `status` is then 128+N
    bool tell_group = false;      ///< send the signal to netrunner's process group too: Ctrl-C reached only the command
};

Ending ending_of(const Outcome& outcome, bool preserve_status);

/// The cause of the end in one word: "exited", "timeout", ... (docs/report.schema.json). A command that exits with 0
/// after its time limit is "timeout".
std::string reason_of(const Outcome& outcome);

/// `text` after the command's name, so that the lines of several runs can be told apart. Empty if `text` is.
std::string about_command(const Outcome& outcome, const std::string& text);

/// The cause of a stop in one word, as in the report.
std::string cause_name(StopCause cause);

/// The verdict without the prefix "netrunner: "; empty if nothing has to be reported.
std::string verdict_of(const Outcome& outcome);

/// How the command ended, or why netrunner ended it, in words: "exited with 2", "timed out after 1s: sent SIGTERM".
std::string describe_end(const Outcome& outcome);

/// The lines for standard error: the verdict, then each failure that differs from it, a line about processes that the
/// kernel killed for lack of memory if the verdict does not say so, and the notes. `quiet`: only the failures, and the
/// verdict if it tells of one.
std::vector<std::string> lines_to_say(const Outcome& outcome, const std::string& verdict, bool quiet);

/// Whether `verdict` says that netrunner could not do what was asked, in contrast to a limit or a stop.
bool tells_of_failure(const Outcome& outcome, const std::string& verdict);

}  // namespace netrunner
