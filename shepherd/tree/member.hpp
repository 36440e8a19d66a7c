// One process of a tree: as /proc shows it, or as much of it as is known if /proc does not show it. Signals it through
// a pidfd, never a later process with the same pid; by its pid if the kernel offers no pidfds (docs/decisions/0054). It
// does not know the tree. It allocates nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "shepherd/system/descriptor.hpp"
#include "shepherd/tree/outer_order.hpp"

namespace netrunner {

/// What a process calls itself (/proc/PID/comm). Any process can use these names.
enum class OwnName : std::uint8_t {
    other,
    runner,  ///< netrunner
    helper,  ///< nr-shepherd or nr-guard
};
inline constexpr char shepherd_name[] = "nr-shepherd";
inline constexpr char guard_name[] = "nr-guard";

/// Whether a run leaves a process running (--spare, shepherd/tree/spare).
enum class Spared : std::uint8_t {
    no,
    by_name,       ///< it has one of the names
    with_another,  ///< it descends from such a process or is in the session of such a daemon
};
inline constexpr std::uint32_t no_member = ~std::uint32_t{0};

/// One process as /proc/PID/stat showed it. `started` (clock ticks since boot) distinguishes it from a later process
/// with the same pid.
struct TreeMember {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    char state = '\0';     ///< '?' if it cannot be read
    bool exiting = false;  ///< its exit has begun, but may not be visible to wait(2) yet
    bool killed = false;   ///< SIGKILL was sent to it, or another signal is ending it
    /// The nested runs that it is part of, as shepherd, guard or below. If any, their outermost runner is asked instead
    /// of it.
    std::uint32_t nested_in = 0;
    OwnName name = OwnName::other;
    Spared spared = Spared::no;
    std::uint32_t above = no_member;  ///< index of the member that listed it as its child, within one walk
    std::uint32_t threads = 0;
    std::uint32_t name_digest = 0;  ///< of /proc/PID/comm: another one after most calls of exec
    std::uint64_t started = 0;      ///< 0 if it cannot be read
    std::uint64_t used = 0;         ///< processor time of all its threads, in clock ticks
    std::uint64_t reaped_use = 0;   ///< processor time of the children that it has reaped, and of what those had reaped

    /// True if the process is about to end, whether or not it is signalled.
    [[nodiscard]] bool is_dying() const { return killed || (exiting && threads <= 1); }

    /// True if the process is dead and only has to be reaped. A live process whose first thread has ended while others
    /// run also has state Z.
    [[nodiscard]] bool is_dead() const { return (state == 'Z' && threads <= 1) || state == 'X'; }
    /// False if /proc does not show the process (hidepid, proc(5)): then only pid, parent, group and session are known,
    /// and the process may be dead.
    [[nodiscard]] bool is_readable() const { return started != 0; }
};

/// Reads /proc/PID/stat; false if there is no such process, or if it cannot be read.
bool read_member(pid_t pid, TreeMember& member) noexcept;

/// Fills in what is known of a process that another process's list of children or a control group names: all of it, or
/// without /proc/PID/stat only pid, `parent`, group and session. False if there is no such process.
bool see_member(pid_t pid, pid_t parent, TreeMember& member) noexcept;

/// A process that is about to be signalled. After making it, check that `pid` still is the process that is meant: a
/// pidfd then holds that process. Without pidfds, only the moment between the check and the signal is left, in which
/// the process could end, be reaped and have its pid given to another one.
class HeldProcess {
  public:
    explicit HeldProcess(pid_t pid) noexcept;

    /// False if there is no such process, or the limit on open files is reached.
    explicit operator bool() const noexcept { return pid_ > 0; }

    /// Sends the signal. `marked`: with the order as its value, for a nested runner. Every signal except SIGKILL,
    /// SIGSTOP and SIGCONT is followed by SIGCONT, so that a stopped process acts on it, unless the signal was typed.
    void send(OuterOrder order, bool marked = false) const noexcept;

    /// The same, marked, to the process group that this process leads. False if that cannot be done: it needs pidfds
    /// and Linux 6.9.
    [[nodiscard]] bool send_mark_to_group(OuterOrder order) const noexcept;

  private:
    pid_t pid_;
    Descriptor pidfd_;  ///< empty if pidfds are refused
};

/// True if this process may signal it.
bool may_signal(const TreeMember& member) noexcept;

/// Sends the signal to this process, as HeldProcess does, never to a later process with the same pid. A process that
/// cannot be read gets it only if its parent still lists it.
void signal_process(const TreeMember& member, OuterOrder order, bool marked = false) noexcept;

/// Sends the signal to a child that is not reaped, as HeldProcess does. Needs no descriptor: its pid cannot be another
/// process's.
void signal_child(pid_t child, OuterOrder order, bool marked = false) noexcept;

/// Sends the signal to the process group, as HeldProcess does. `marked` needs pidfds, Linux 6.9 and a group whose
/// leader is not reaped. False if it could not be sent.
bool signal_group(pid_t group, OuterOrder order, bool marked = false) noexcept;

/// The path of the file that the process executes, also if that file was deleted since, in `room`; empty if it cannot
/// be read.
std::string_view executable_of(pid_t pid, std::span<char> room) noexcept;

/// True if the process executes netrunner-shepherd, of this or of another version.
bool executes_shepherd(pid_t pid) noexcept;

/// Reads the name (/proc/PID/comm) and the start of the command line, words separated by blanks. Both are
/// NUL-terminated, and empty if the process is gone or cannot be read.
void describe_process(pid_t pid, std::span<char> name, std::span<char> command) noexcept;

}  // namespace netrunner
