// The frames on the link between the runner and the shepherd or guard, as values and as bytes; docs/protocol.md says
// when each one is sent. Both programs compile this file. One packet of a SOCK_SEQPACKET socket holds one frame. Each
// frame type has one fixed size, and its integers are little-endian. `unpack` refuses a frame that is unknown, short,
// long or has a value out of range; no frame is skipped. This file makes no system call and allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace netrunner::protocol {

/// To be increased whenever a frame changes. Both programs come from one build, so a difference is an installation
/// error.
inline constexpr std::uint32_t version = 14;
/// The characters "NR" and two bytes that no text begins with.
inline constexpr std::uint32_t magic = 0x0f1e524e;

/// The shepherd's argv[0] is this text and the number of its descriptor of the link. No number is fixed, because the
/// user's descriptors keep theirs (docs/decisions/0031).
inline constexpr std::string_view link_word = "nr-shepherd ";

/// An entry of the environment that the runner hands over and the shepherd completes in place: the number of the
/// command's terminal takes the place of the '#', as many as the largest number has digits.
inline constexpr std::string_view unnamed_terminal = "GPG_TTY=/dev/pts/##########";

inline constexpr std::size_t max_steps = 16;
inline constexpr std::size_t max_limits = 16;  // RLIM_NLIMITS
inline constexpr std::size_t max_groups = 256;
inline constexpr std::size_t max_given = 32;  // more are found in /proc
inline constexpr std::size_t command_excerpt = 256;
inline constexpr std::size_t spare_room = 1920;  // bytes for the names of --spare, each with its NUL
/// The most OrphanSpared frames of one run.
inline constexpr std::uint32_t max_spared_frames = 64;
/// The most OrphanFound frames for one Kill, so that a fork bomb does not cause one frame for each process.
inline constexpr std::uint32_t max_orphan_frames = 64;

/// The signal that carries messages beside the link; each is queued with a value (sigqueue(3)). The shepherd sends it
/// to the guard with the signal that it received itself as the value. The guard sends it to the shepherd when the guard
/// is done. The runner sends it to the shepherd with `runner_ends_tree`: the guard is lost, and the shepherd is to
/// leave the tree to the runner for as long as the runner lives (docs/decisions/0061).
inline constexpr int passed_on_signal = 64;
inline constexpr int runner_ends_tree = 1;

enum class FrameType : std::uint8_t {
    // to the shepherd or the guard
    plan = 1,
    kill,
    close_stdin,
    finish,
    set_winsize,
    set_foreground,
    terminal_restored,
    spare,
    // to the runner
    child_started = 32,
    child_stopped,
    child_continued,
    child_exited,
    orphan_found,
    tree_empty,
    stop_requested,
    failed,
    orphan_spared,
};

/// Where one of the command's standard descriptors leads.
enum class Wiring : std::uint8_t {
    keep,         ///< where the shepherd's own descriptor leads
    pipe,         ///< to a new pipe whose other end goes to the runner
    terminal,     ///< to the new pseudo-terminal
    closed,       ///< closed
    like_stdout,  ///< stderr only: to the same open file as stdout
};

/// One rung of the ladder: a signal, and the grace before the next rung.
struct Step {
    std::int32_t signal = 0;
    std::int64_t grace_ms = 0;    ///< negative: without end
    std::uint8_t to_command = 0;  ///< for the command's first process alone; never in the last rung
};

struct Limit {
    std::int32_t resource = 0;
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

/// The input, output and local flags and the control characters of termios(3). The control flags (c_cflag: speed,
/// parity) are left out.
struct TerminalModes {
    std::uint32_t input = 0;                    ///< c_iflag
    std::uint32_t output = 0;                   ///< c_oflag
    std::uint32_t local = 0;                    ///< c_lflag
    std::array<std::uint8_t, 19> characters{};  ///< c_cc; the kernel has 19

    friend bool operator==(const TerminalModes&, const TerminalModes&) = default;
};

/// Everything about the start except argv, environment, working directory and inherited descriptors, which the shepherd
/// gets from its own exec.
struct Plan {
    static constexpr FrameType type = FrameType::plan;
    std::uint32_t magic = protocol::magic;
    std::uint32_t version = protocol::version;
    Wiring standard_input = Wiring::keep;
    Wiring standard_output = Wiring::pipe;
    Wiring standard_error = Wiring::pipe;
    std::int32_t runner = 0;         ///< pid of the runner, which has the other end of the link
    std::uint8_t pid_namespace = 0;  ///< the guard is the first process of a new PID namespace
    std::uint8_t new_session = 0;    ///< the shepherd starts a session: there is no terminal to share
    std::uint8_t has_argv0 = 0;      ///< the shepherd's argv[1] is the file, argv[2]... the command's argv
    std::uint8_t no_new_privs = 0;
    std::uint8_t spares = 0;              ///< a Spare frame follows
    std::uint8_t passes_descriptors = 0;  ///< the command inherits descriptors above 2
    std::uint32_t given_count = 0;  ///< how many of these `given` names: all, or 0 if there are more than it holds
    std::array<std::int32_t, max_given> given{};
    std::uint32_t pipe_size = 0;  ///< bytes; 0: the kernel's default
    std::uint64_t ignored = 0;    ///< bit n-1: the command starts with signal n ignored, else with its default
    std::uint64_t differing = 0;  ///< the signals that may be otherwise in the child; it sets these alone
    std::uint64_t blocked = 0;    ///< the command's signal mask, as for `ignored`
    std::uint8_t has_umask = 0;
    std::uint32_t umask = 0;
    std::uint8_t has_nice = 0;
    std::int32_t nice = 0;
    std::uint8_t has_uid = 0;
    std::uint32_t uid = 0;
    std::uint8_t has_gid = 0;
    std::uint32_t gid = 0;
    std::uint8_t has_groups = 0;
    std::uint32_t group_count = 0;
    std::array<std::uint32_t, max_groups> groups{};
    std::uint32_t limit_count = 0;
    std::array<Limit, max_limits> limits{};
    std::uint8_t pseudo_terminal = 0;  ///< the command gets a pseudo-terminal as its controlling terminal
    std::uint16_t columns = 0;
    std::uint16_t rows = 0;
    std::uint8_t foreground = 0;  ///< the command starts in the pseudo-terminal's foreground
    std::uint8_t has_modes = 0;
    TerminalModes modes;                  ///< the user's terminal's; the pseudo-terminal adopts them
    std::uint8_t returns_carriage = 0;    ///< the pseudo-terminal outputs "\n" as "\r\n"
    std::uint8_t silent = 0;              ///< the pseudo-terminal does not echo input
    std::int32_t record_descriptor = -1;  ///< a TerminalRecord, about the terminal at descriptor 0; -1: none
    std::int32_t runner_group = 0;  ///< process group that gets the user's terminal back if the runner dies; 0: none
    std::int32_t group_descriptor = -1;    ///< directory of the control group in which the command starts; -1: none
    std::int32_t home_descriptor = -1;     ///< cgroup.procs of the runner's own group, for spared processes; -1: none
    std::uint8_t keeps_group = 0;          ///< the group existed before the run and is not removed
    std::uint32_t group_parents = 0;       ///< how many groups above it are removed with it
    std::uint8_t limits_memory = 0;        ///< the group limits memory; the limit may be too small for the start
    std::int32_t vacated_by = 0;           ///< pid of the runner if it moved to a leaf of its own group; else 0
    std::int32_t vacated_descriptor = -1;  ///< directory of the group that the runner left; -1: none
    std::int32_t lock_descriptor = -1;     ///< an open file whose lock lasts while a helper lives; -1: none
    std::uint32_t step_count = 0;          ///< rungs of the ladder to climb if the runner is gone; at least one
    std::array<Step, max_steps> steps{};
};

/// Follows the plan if that says so: the programs whose orphans are left running, by name or path, each with a NUL at
/// its end; the rest of the room is NUL too.
struct Spare {
    static constexpr FrameType type = FrameType::spare;
    std::array<char, spare_room> names{};
};

enum class Scope : std::uint8_t {
    command,       ///< the first process only
    group,         ///< the command's process group
    tree,          ///< every descendant, also outside of the group and the session; also the control group
    command_step,  ///< the first process only, as a step of the stop
};

struct Kill {
    static constexpr FrameType type = FrameType::kill;
    Scope scope = Scope::tree;
    std::int32_t signal = 0;
    std::uint8_t has_value = 0;  ///< the signal is sent with `value`, as by sigqueue(3)
    std::uint64_t value = 0;
};

/// The runner has written all of stdin and closed its write end: the guard closes the copy that it kept.
struct CloseStdin {
    static constexpr FrameType type = FrameType::close_stdin;
};

/// The user's terminal has a new size: the guard sets it on the pseudo-terminal.
struct SetWinsize {
    static constexpr FrameType type = FrameType::set_winsize;
    std::uint16_t columns = 0;
    std::uint16_t rows = 0;
};

enum class Foreground : std::uint8_t {
    shepherd,   ///< the guard's group: a command that reads the terminal is stopped, and the guard sees that
    command,    ///< the command's group
    as_before,  ///< the group that had the foreground before `shepherd` took it
};

/// Sets the pseudo-terminal's foreground process group.
struct SetForeground {
    static constexpr FrameType type = FrameType::set_foreground;
    Foreground whose = Foreground::command;
};

/// The runner has restored the user's terminal, so the guard need not stay for that.
struct TerminalRestored {
    static constexpr FrameType type = FrameType::terminal_restored;
};

/// The guard exits and leaves alone all processes that still run, and the control group.
struct Finish {
    static constexpr FrameType type = FrameType::finish;
};

/// exec succeeded. SCM_RIGHTS carries, in this order and only for a stream wired to a pipe: stdin's write end, stdout's
/// and stderr's read ends; then the pseudo-terminal's master, if there is one. In a PID namespace SCM_CREDENTIALS names
/// the command, because the kernel translates only that pid, not the pids in the frame.
struct ChildStarted {
    static constexpr FrameType type = FrameType::child_started;
    std::int32_t pid = 0;
    std::int32_t guard = 0;  ///< the guard's pid, the command's parent
};

struct ChildStopped {
    static constexpr FrameType type = FrameType::child_stopped;
    std::int32_t signal = 0;
};

struct ChildContinued {
    static constexpr FrameType type = FrameType::child_continued;
};

/// Sums over all reaped processes; `max_rss` is that of the largest process.
struct Usage {
    std::int64_t user_us = 0;
    std::int64_t system_us = 0;
    std::int64_t max_rss = 0;  ///< bytes
    std::int64_t minor_faults = 0;
    std::int64_t major_faults = 0;
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t blocks_in = 0;
    std::int64_t blocks_out = 0;
};

struct ChildExited {
    static constexpr FrameType type = FrameType::child_exited;
    std::int32_t wait_status = 0;  ///< as from wait(2)
    std::uint8_t tree_empty = 0;   ///< no process is left but spared ones, and no TreeEmpty follows
    Usage usage;                   ///< of all processes reaped so far
};

/// The guard is about to send `signal` to a process that outlived the command. The frame is sent again for each rung
/// that the process survives. In a PID namespace SCM_CREDENTIALS names the process, as for ChildStarted.
struct OrphanFound {
    static constexpr FrameType type = FrameType::orphan_found;
    std::int32_t pid = 0;
    std::int32_t signal = 0;
    std::array<char, 16> name{};                  ///< /proc/PID/comm, NUL-padded
    std::array<char, command_excerpt> command{};  ///< start of the command line, words separated by blanks
};

/// A process that is left running because of the Spare frame, sent before the guard says that the tree is empty.
/// Processes that are left because they belong to another one are not named.
struct OrphanSpared {
    static constexpr FrameType type = FrameType::orphan_spared;
    std::int32_t pid = 0;
    std::array<char, 16> name{};                  ///< as for OrphanFound
    std::array<char, command_excerpt> command{};  ///< as for OrphanFound
};

/// The last process that is not spared has ended. Sent only if ChildExited had `tree_empty` 0.
struct TreeEmpty {
    static constexpr FrameType type = FrameType::tree_empty;
    Usage usage;
};

/// Which of a run's own processes received a signal.
enum class Receiver : std::uint8_t {
    runner,
    shepherd,
    guard,
};
inline constexpr std::size_t receiver_count = 3;

/// The shepherd or the guard received a signal that asks for an orderly end.
struct StopRequested {
    static constexpr FrameType type = FrameType::stop_requested;
    std::int32_t signal = 0;
    Receiver receiver = Receiver::shepherd;
};

/// The step of the start that failed. From `session` on, the order is that of the steps in the child.
enum class Stage : std::uint8_t {
    protocol,
    shepherd,
    pipe,
    terminal,
    fork,
    pid_namespace,
    session,
    streams,
    cgroup,
    rlimit,
    nice,
    groups,
    gid,
    uid,
    no_new_privs,
    exec,
};
inline constexpr std::uint8_t stage_count = static_cast<std::uint8_t>(Stage::exec) + 1;

/// The start failed: the command never ran.
struct Failed {
    static constexpr FrameType type = FrameType::failed;
    Stage stage = Stage::protocol;
    std::int32_t error = 0;   ///< errno
    std::int32_t guard = 0;   ///< pid of the guard; 0: there is none, the shepherd reports
    std::int32_t detail = 0;  ///< rlimit: the resource; exec: 1: no interpreter; session: 1: no subreaper
};

/// The most descriptors that one frame carries.
inline constexpr std::size_t max_descriptors = 4;
/// Large enough for any frame.
inline constexpr std::size_t max_frame = 2048;
using Frame = std::array<std::byte, max_frame>;

/// The type in the packet's first byte, unchecked. The packet must not be empty.
FrameType type_of(std::span<const std::byte> packet) noexcept;

/// Writes `value` into `frame`; returns the packet's length in bytes.
template <class Value>
std::size_t pack(const Value& value, Frame& frame) noexcept;

/// Reads a whole packet. False if it is not exactly one well-formed `Value`; `value` is unspecified then.
template <class Value>
[[nodiscard]] bool unpack(std::span<const std::byte> packet, Value& value) noexcept;

}  // namespace netrunner::protocol
