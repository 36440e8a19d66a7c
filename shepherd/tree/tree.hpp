// The process tree under one subreaper: finding everything that descends from it, wherever it went, and
// signalling it. Linked into the shepherd (first layer) and into netrunner (second layer, when the shepherd is
// gone). It finds and signals; it never waits, reaps or decides. Allocates nothing; the caller lends the room.
//
// Descendants are read from /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN): every task's, since a thread's
// children are listed under that thread. A process that leaves its session or loses its parent stays in the tree,
// because orphans come to the nearest subreaper.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace netrunner {

/// One process as /proc/PID/stat showed it. `started` (clock ticks since boot) tells it from a later process
/// with the same number.
struct TreeMember {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    char state = '\0';
    bool exiting = false;  ///< nothing prevents its death any more, but it need not be seen yet
    std::uint32_t threads = 0;
    std::uint64_t started = 0;

    /// Dead and only waiting to be reaped. A process whose first thread has ended while others run also shows Z.
    [[nodiscard]] bool is_dead() const { return (state == 'Z' && threads <= 1) || state == 'X'; }
};

struct Tree {
    pid_t root = 0;                      ///< the subreaper; not itself part of the tree
    pid_t group = 0;                     ///< the command's process group
    bool leader_unreaped = false;        ///< the group's number cannot have been recycled
    std::span<const pid_t> strangers{};  ///< children of root that are no part of the tree, with all below them
};

/// Called for each live member before it is signalled.
using TreeVisitor = void (*)(void* context, const TreeMember& member);

/// Fills `room` with the live tree, parents before children; returns how many. More than fit are left out: who
/// wants all of them gone calls again until nothing is left.
std::size_t find_tree(const Tree& tree, std::span<TreeMember> room) noexcept;

/// Sends `signal` to every member once: one kill(2) for the command's group, a pidfd for everyone outside it. One look:
/// what a process starts in answer, to clean up, is not hit by the same signal; who wants all of them gone calls again.
/// All but SIGKILL, SIGSTOP and SIGCONT are followed by SIGCONT, so that stopped processes act on them. Returns how
/// many live members were seen.
std::size_t signal_tree(const Tree& tree, int signal, std::span<TreeMember> room, TreeVisitor visitor = nullptr,
                        void* context = nullptr) noexcept;

/// Sends `signal` to this very process, not to a later one with its number; with SIGCONT after it, as above.
void signal_process(const TreeMember& member, int signal) noexcept;

/// The name (/proc/PID/comm) and the start of the command line, words separated by blanks; both NUL-terminated,
/// empty when the process is gone.
void describe_process(pid_t pid, std::span<char> name, std::span<char> command) noexcept;

/// Reads /proc/PID/stat; false when there is no such process.
bool read_member(pid_t pid, TreeMember& member) noexcept;

}  // namespace netrunner
