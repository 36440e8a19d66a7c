// Finds and signals all descendants of a subreaper. The guard and the shepherd use it; the runner uses it when they are
// gone. It never waits, reaps or decides what to signal. It allocates nothing: the caller provides the memory.
// It walks the lists of children of every thread (shepherd/tree/children). A process that leaves its group or session
// or loses its parent stays in the tree, because the kernel reparents orphans to the nearest subreaper.
// A nested runner is asked instead of what it runs (docs/decisions/0035).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>

#include "shepherd/tree/member.hpp"
#include "shepherd/tree/outer_order.hpp"
#include "shepherd/tree/spare.hpp"

namespace netrunner {

struct Tree {
    pid_t root = 0;                      ///< the subreaper, which is not part of the tree
    pid_t group = 0;                     ///< the command's process group
    bool leader_unreaped = false;        ///< the caller has not reaped the command: its numbers cannot be reused
    std::span<const pid_t> strangers{};  ///< children of root to leave out, with their descendants
    /// If set: only these children of root and their descendants; the walk then does not list root's children.
    std::optional<std::span<const pid_t>> children{};
    SpareRule spare{};  ///< which processes are not signalled
};

/// Called for each live member that is about to be signalled and may be signalled.
using TreeVisitor = void (*)(void* context, const TreeMember& member);

/// Fills `room` with the live processes of the tree, parents before children; returns how many. Processes that do not
/// fit are left out, so a caller that ends the tree calls again until nothing is left.
/// The processes that `tree.spare` spares are found and marked.
std::size_t find_tree(const Tree& tree, std::span<TreeMember> room) noexcept;

/// As find_tree, without the spared processes: what a caller that ends the tree still has to end.
std::size_t find_unspared(const Tree& tree, std::span<TreeMember> room) noexcept;

/// Fills `room` with the processes of the tree, the dead ones too, as each was read: parents before children. Returns
/// how many; if they fill the room, some may be left out. No process is marked as spared.
std::size_t list_tree(const Tree& tree, std::span<TreeMember> room) noexcept;

/// Sends the signal once to every process of the tree that is not spared: at once to the command's group, through a
/// pidfd to each process outside of it. It walks the tree once, so that a process started to clean up after the signal
/// does not get it too; a caller that ends the tree calls again. A nested runner gets the order and passes it on; its
/// shepherd and what is below that get only SIGKILL, and SIGSTOP and SIGCONT, which a runner does not pass on. Returns
/// the number of live processes found, the spared ones included.
std::size_t signal_tree(const Tree& tree, OuterOrder order, std::span<TreeMember> room, TreeVisitor visitor = nullptr,
                        void* context = nullptr) noexcept;

/// Sends the signal to the command's first process alone, `tree.group`; does nothing if the tree does not have it. If
/// it is a nested runner, it gets the order.
void signal_command(const Tree& tree, OuterOrder order, std::span<TreeMember> room) noexcept;

/// Sends `signal`, which was typed at the terminal, to the command's group. Nested runners in the group learn that it
/// was typed.
void pass_on_typed(const Tree& tree, int signal, std::span<TreeMember> room) noexcept;

}  // namespace netrunner
