// What netrunner and its shepherd say to each other, as values and as bytes. Frames travel over a SOCK_SEQPACKET
// socket pair, one frame a packet, so they are never split or joined. The shepherd reads the plan; from then on its
// end of the link is the guard's. Integers are little-endian; every frame
// has one fixed size; a frame that is unknown, short, long or holds a value out of range is refused, never
// skipped. Compiled into both programs, fuzzed; knows no sockets and allocates nothing.
//
// From the runner: Plan (once, first), Kill, CloseStdin, SetWinsize, SetForeground, GuardTerminal, Finish.
// To the runner: ChildStarted (with the descriptors as SCM_RIGHTS: stdin's write end, stdout's and stderr's
// read ends, each only where the plan asked for a pipe, then the pseudo-terminal's master if it asked for one),
// ChildStopped, ChildContinued, ChildExited, OrphanFound, TreeEmpty, StopRequested, Failed. In a PID namespace the pids
// in ChildStarted and OrphanFound mean nothing outside: those frames come with the same process as SCM_CREDENTIALS,
// whose number the kernel translates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netrunner::protocol {

/// Changes whenever a frame changes; both programs come from one build, so a difference is an installation error.
inline constexpr std::uint32_t version = 6;
/// "NR" and two bytes that no text starts with.
inline constexpr std::uint32_t magic = 0x0f1e524e;

/// The shepherd finds the link here.
inline constexpr int link_descriptor = 3;
/// And, if the plan says so, the directory of the run's control group here.
inline constexpr int group_descriptor = 4;
/// And that of the group that the runner has left for it, here.
inline constexpr int vacated_descriptor = 5;

inline constexpr std::size_t max_steps = 16;
inline constexpr std::size_t max_limits = 16;  // RLIM_NLIMITS
inline constexpr std::size_t max_groups = 256;
inline constexpr std::size_t command_excerpt = 256;
/// How many OrphanFound frames one round of signalling may cause: a fork bomb is not told of one by one.
inline constexpr std::uint32_t max_orphan_frames = 64;

enum class FrameType : std::uint8_t {
    plan = 1,
    kill,
    close_stdin,
    finish,
    set_winsize,
    set_foreground,
    guard_terminal,
    child_started = 32,
    child_stopped,
    child_continued,
    child_exited,
    orphan_found,
    tree_empty,
    stop_requested,
    failed,
};

/// What becomes of one of the command's standard descriptors.
enum class Wiring : std::uint8_t {
    keep,         ///< what the shepherd itself was started with
    pipe,         ///< a new pipe whose other end goes to the runner
    terminal,     ///< the new pseudo-terminal
    like_stdout,  ///< stderr only: the same open file as stdout
};

/// One rung of the ladder: the signal, then how long to wait before the next rung.
struct Step {
    std::int32_t signal = 0;
    std::int64_t grace_ms = 0;  ///< negative: wait for ever
};

struct Limit {
    std::int32_t resource = 0;
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

/// How a terminal treats what is typed and what is written: the flags and characters of termios(3), without those of
/// the line's hardware.
struct TerminalModes {
    std::uint32_t input = 0;                    ///< c_iflag
    std::uint32_t output = 0;                   ///< c_oflag
    std::uint32_t local = 0;                    ///< c_lflag
    std::array<std::uint8_t, 19> characters{};  ///< c_cc, as many as the kernel has

    friend bool operator==(const TerminalModes&, const TerminalModes&) = default;
};

/// Everything about the start that is not argv, environment, working directory or an inherited descriptor: those
/// reach the shepherd as its own.
struct Plan {
    static constexpr FrameType type = FrameType::plan;
    std::uint32_t magic = protocol::magic;
    std::uint32_t version = protocol::version;
    Wiring standard_input = Wiring::keep;
    Wiring standard_output = Wiring::pipe;
    Wiring standard_error = Wiring::pipe;
    std::int32_t runner = 0;         ///< who has the other end of the link
    std::uint8_t pid_namespace = 0;  ///< the guard is the first process of one; pids come as credentials
    std::uint8_t new_session = 0;    ///< no terminal to share: the shepherd leads a session of its own
    std::uint8_t has_argv0 = 0;      ///< the shepherd's argv[1] is the file, argv[2]... the command's argv
    std::uint8_t no_new_privs = 0;
    std::uint32_t pipe_size = 0;  ///< bytes; 0: the kernel's default
    std::uint64_t ignored = 0;    ///< bit n-1: signal n is ignored in the command, else default
    std::uint64_t blocked = 0;    ///< the command's signal mask, same encoding
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
    std::uint8_t pseudo_terminal = 0;  ///< the command gets one as its controlling terminal
    std::uint16_t columns = 0;
    std::uint16_t rows = 0;
    std::uint8_t foreground = 0;  ///< it starts in that terminal's foreground
    std::uint8_t has_modes = 0;
    TerminalModes modes;                ///< the user's terminal's, to be adopted
    std::uint8_t returns_carriage = 0;  ///< "\n" leaves it as "\r\n"
    std::uint8_t silent = 0;            ///< what is typed is not echoed
    std::uint8_t guards_input = 0;      ///< descriptor 0 is a terminal that GuardTerminal may be about
    std::int32_t runner_group = 0;      ///< gets the user's terminal back when the runner is gone; 0: nobody
    std::uint8_t has_group = 0;         ///< the command is to be in a control group
    std::uint8_t keeps_group = 0;       ///< it was there before, and stays
    std::uint32_t group_parents = 0;    ///< how many of the groups above it go with it
    std::uint8_t limits_memory = 0;     ///< it has a limit on memory, which may be too small to start the command
    std::int32_t vacated_by = 0;        ///< the runner, if it has moved to a leaf of the group it was in; else 0
    std::uint32_t step_count = 0;       ///< the ladder to climb when the runner is gone; at least one
    std::array<Step, max_steps> steps{};
};

enum class Scope : std::uint8_t {
    command,  ///< the first process only
    group,    ///< its process group, as the terminal would
    tree,     ///< everything that descends from it, wherever it went
};

struct Kill {
    static constexpr FrameType type = FrameType::kill;
    Scope scope = Scope::tree;
    std::int32_t signal = 0;
    std::uint8_t has_value = 0;  ///< the signal was queued with a value (sigqueue(3)), which is passed on
    std::uint64_t value = 0;
};

/// The runner has written all of stdin and closed its end: the shepherd closes the end it kept.
struct CloseStdin {
    static constexpr FrameType type = FrameType::close_stdin;
};

/// The user's terminal has another size now.
struct SetWinsize {
    static constexpr FrameType type = FrameType::set_winsize;
    std::uint16_t columns = 0;
    std::uint16_t rows = 0;
};

enum class Foreground : std::uint8_t {
    shepherd,  ///< who reads the pseudo-terminal or changes its modes is stopped by the kernel, and we hear of it
    command,
    as_before,  ///< whoever had it before the shepherd took it
};

/// Whose the pseudo-terminal's foreground is to be.
struct SetForeground {
    static constexpr FrameType type = FrameType::set_foreground;
    Foreground whose = Foreground::command;
};

/// `needed`: the runner is about to change the user's terminal; if it dies, the shepherd puts `original` back, provided
/// that the terminal still is as `changed` says, and for that it stays even when nothing else is left to do. Not
/// `needed`: the runner has put it back.
struct GuardTerminal {
    static constexpr FrameType type = FrameType::guard_terminal;
    std::uint8_t needed = 1;
    TerminalModes original;
    TerminalModes changed;
};

/// Leave whatever still runs alone and exit.
struct Finish {
    static constexpr FrameType type = FrameType::finish;
};

struct ChildStarted {
    static constexpr FrameType type = FrameType::child_started;
    std::int32_t pid = 0;
    std::int32_t guard = 0;  ///< its parent
};

struct ChildStopped {
    static constexpr FrameType type = FrameType::child_stopped;
    std::int32_t signal = 0;
};

struct ChildContinued {
    static constexpr FrameType type = FrameType::child_continued;
};

/// Sums over reaped processes, but `max_rss` is the largest one's.
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
    std::int32_t wait_status = 0;  ///< as of wait(2)
    std::uint8_t tree_empty = 0;   ///< waitpid says that no child is left: no TreeEmpty follows
    Usage usage;                   ///< everything reaped so far
};

/// A process that outlived the command is about to get `signal`. Comes again for each rung it survives.
struct OrphanFound {
    static constexpr FrameType type = FrameType::orphan_found;
    std::int32_t pid = 0;
    std::int32_t signal = 0;
    std::array<char, 16> name{};                  ///< /proc/PID/comm, NUL-padded
    std::array<char, command_excerpt> command{};  ///< the start of its command line, blanks between words
};

struct TreeEmpty {
    static constexpr FrameType type = FrameType::tree_empty;
    Usage usage;
};

/// Which of a run's own processes was sent a signal.
enum class Receiver : std::uint8_t {
    runner,
    shepherd,
    guard,
};
inline constexpr std::size_t receiver_count = 3;

/// Somebody sent one of them a signal that asks for an orderly end.
struct StopRequested {
    static constexpr FrameType type = FrameType::stop_requested;
    std::int32_t signal = 0;
    Receiver receiver = Receiver::shepherd;
};

/// Where the start failed. The order is that of the steps in the child.
enum class Stage : std::uint8_t {
    protocol,
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

/// The command never ran.
struct Failed {
    static constexpr FrameType type = FrameType::failed;
    Stage stage = Stage::protocol;
    std::int32_t error = 0;   ///< errno
    std::int32_t guard = 0;   ///< who says so; 0: the shepherd, there is no guard
    std::int32_t detail = 0;  ///< rlimit: the resource; exec: 1 when the file exists and its interpreter does not
};

/// The most that come with one frame.
inline constexpr std::size_t max_descriptors = 4;
/// Large enough for any frame.
inline constexpr std::size_t max_frame = 2048;
using Frame = std::array<std::byte, max_frame>;

/// The type a packet claims; the packet must not be empty. Nothing else is checked here.
FrameType type_of(std::span<const std::byte> packet) noexcept;

/// Writes `value` into `frame`; returns the packet's length.
template <class Value>
std::size_t pack(const Value& value, Frame& frame) noexcept;

/// Reads a whole packet; false when it is not exactly one well-formed `Value`, which is then unspecified.
template <class Value>
[[nodiscard]] bool unpack(std::span<const std::byte> packet, Value& value) noexcept;

}  // namespace netrunner::protocol
