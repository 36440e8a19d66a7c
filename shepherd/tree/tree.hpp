// Finds and signals all descendants of a subreaper. The guard and the shepherd use it; the runner uses it when they are
// gone. It never waits, reaps or decides what to signal. It allocates nothing: the caller provides the memory.
// It reads /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN) of every thread, because a child is listed under the
// thread that made it. A process that leaves its group or session or loses its parent stays in the tree, because the
// kernel reparents orphans to the nearest subreaper.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netrunner {

/// One process as /proc/PID/stat showed it. `started` (clock ticks since boot) distinguishes it from a later process
/// with the same pid.
struct TreeMember {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    char state = '\0';
    bool exiting = false;  ///< its exit has begun, but may not be visible to wait(2) yet
    bool killed = false;   ///< SIGKILL was sent to it, or another signal is ending it
    std::uint32_t threads = 0;
    std::uint64_t started = 0;

    /// True if the process is about to end, whether or not it is signalled.
    [[nodiscard]] bool is_dying() const { return killed || (exiting && threads <= 1); }

    /// True if the process is dead and only has to be reaped. A live process whose first thread has ended while others
    /// run also has state Z.
    [[nodiscard]] bool is_dead() const { return (state == 'Z' && threads <= 1) || state == 'X'; }
};

struct Tree {
    pid_t root = 0;                      ///< the subreaper, which is not part of the tree
    pid_t group = 0;                     ///< the command's process group
    bool leader_unreaped = false;        ///< the command is not reaped, so its group number cannot be reused
    std::span<const pid_t> strangers{};  ///< children of root to leave out, with their descendants
};

/// Called for each live member before it is signalled.
using TreeVisitor = void (*)(void* context, const TreeMember& member);

/// Fills `room` with the live processes of the tree, parents before children; returns how many. Processes that do not
/// fit are left out, so a caller that ends the tree calls again until nothing is left.
std::size_t find_tree(const Tree& tree, std::span<TreeMember> room) noexcept;

/// Sends `signal` once to every process of the tree: kill(2) for the command's group, a pidfd for each process outside
/// of it. It walks the tree once, so that a process started to clean up after the signal does not get it too; a caller
/// that ends the tree calls again. Every signal except SIGKILL, SIGSTOP and SIGCONT is followed by SIGCONT, so that
/// stopped processes act on it. Returns the number of live processes found.
std::size_t signal_tree(const Tree& tree, int signal, std::span<TreeMember> room, TreeVisitor visitor = nullptr,
                        void* context = nullptr) noexcept;

/// Sends `signal` to this process, never to a later one with the same pid; SIGCONT follows as for signal_tree.
void signal_process(const TreeMember& member, int signal) noexcept;

/// Reads the name (/proc/PID/comm) and the start of the command line, words separated by blanks. Both are
/// NUL-terminated, and empty if the process is gone.
void describe_process(pid_t pid, std::span<char> name, std::span<char> command) noexcept;

/// Reads /proc/PID/stat; false if there is no such process.
bool read_member(pid_t pid, TreeMember& member) noexcept;

}  // namespace netrunner
