#include "shepherd/tree/tree.hpp"

#include <signal.h>

#include <algorithm>

#include "shepherd/tree/children.hpp"

namespace netrunner {
namespace {

/// The list of found processes. It leaves out the strangers and processes with a reused pid.
struct Collection {
    const Tree& tree;
    std::span<TreeMember> room;
    std::size_t count = 0;

    /// `above`: the member that lists `pid` as its child; nullptr: the root does.
    void consider(pid_t pid, TreeMember* above) {
        if (count == room.size()) return;
        if (above == nullptr && std::ranges::find(tree.strangers, pid) != tree.strangers.end()) return;
        const pid_t parent = above != nullptr ? above->pid : tree.root;
        TreeMember& member = room[count];
        if (!see_member(pid, parent, member)) return;
        // With any other parent, the process has died since its pid was read, and the pid is now another process's.
        if (member.parent != parent && member.parent != tree.root) return;
        ++count;
        if (above != nullptr) member.above = static_cast<std::uint32_t>(above - room.data());
        member.nested_in = above != nullptr ? above->nested_in : 0;
        // The command itself executes the guard's file until its exec.
        if (pid == tree.group || !is_helper(member)) return;
        if (above != nullptr && above->name == OwnName::helper) return;
        ++member.nested_in;
        if (above != nullptr) above->name = OwnName::runner;
    }

    /// Whether `member` is the shepherd, or the guard without its shepherd, of a nested run whose runner can be asked.
    /// If that runner is dead, its guard ends its tree by itself. A process that only looks like a shepherd
    /// delays the signals other than SIGKILL for what is below it, as it could do by stopping that.
    static bool is_helper(const TreeMember& member) {
        return member.name == OwnName::helper && !member.is_dead() && !member.exiting &&
               executes_shepherd(member.pid) && ::kill(member.parent, 0) == 0;
    }
};

/// Collects the whole tree, also dead processes: their children may not have been reparented yet.
std::size_t collect(const Tree& tree, std::span<TreeMember> room) {
    Collection all{tree, room};
    const auto consider_child = [&](pid_t child) { all.consider(child, nullptr); };
    if (tree.children) {
        std::ranges::for_each(*tree.children, consider_child);
    } else {
        each_child(tree.root, consider_child);
    }
    for (std::size_t i = 0; i < all.count; ++i) {
        auto consider = [&](pid_t child) { all.consider(child, &room[i]); };
        if (room[i].threads > 1) {
            each_child(room[i].pid, consider);
        } else {
            each_child_of_thread(room[i].pid, room[i].pid, consider);
        }
    }
    return all.count;
}

/// True if the command's group number cannot be another group's by now.
bool has_group(const Tree& tree, std::span<const TreeMember> members) {
    return tree.group > 1 && (tree.leader_unreaped || std::ranges::any_of(members, [&](const TreeMember& member) {
                                  return member.group == tree.group;
                              }));
}

/// Kills what nested runs run, the innermost first, while their helpers are stopped. If the runner died first, its
/// guard might still send another signal to the command; and if the command died first, its runner might go on.
void kill_nested(std::span<const TreeMember> members) {
    std::uint32_t deepest = 0;
    for (const TreeMember& member : members) {
        if (member.spared != Spared::no) continue;
        deepest = std::max(deepest, member.nested_in);
        if (member.nested_in > 0 && member.name == OwnName::helper) {
            signal_process(member, {.signal = SIGSTOP, .step = 1});
        }
    }
    for (std::uint32_t depth = deepest; depth > 0; --depth) {
        for (const TreeMember& member : members) {
            if (member.nested_in != depth || member.name == OwnName::helper || member.spared != Spared::no) continue;
            signal_process(member, {.signal = SIGKILL, .step = 1});
        }
    }
}

/// Signals the command's group at once, so that a process that is being forked in it gets the signal too. False if that
/// cannot be done, because not all of its processes are to get the same.
bool signal_whole_group(const Tree& tree, std::span<const TreeMember> members, OuterOrder order, bool to_all) {
    bool has_runner = false;
    bool has_nested = false;
    for (const TreeMember& member : members) {
        if (member.group != tree.group) continue;
        if (member.spared != Spared::no) return false;
        if (to_all) continue;
        has_nested = has_nested || member.nested_in > 0;
        has_runner = has_runner || (member.nested_in == 0 && member.name == OwnName::runner);
    }
    if (has_nested || (has_runner && carrier_of(order) != order.signal)) return false;
    return signal_group(tree.group, order, has_runner);
}

/// A runner does not pass these on, so they go to all processes, and a runner gets them unmarked.
bool is_for_all(int signal) { return signal == SIGKILL || signal == SIGSTOP || signal == SIGCONT; }

}  // namespace

std::size_t find_tree(const Tree& tree, std::span<TreeMember> room) noexcept {
    const std::size_t count = collect(tree, room);
    if (tree.spare) mark_spared(tree.spare, tree.leader_unreaped ? tree.group : 0, room.first(count));
    const auto live = std::remove_if(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count),
                                     [](const TreeMember& member) { return member.is_dead(); });
    return static_cast<std::size_t>(live - room.begin());
}

std::size_t find_unspared(const Tree& tree, std::span<TreeMember> room) noexcept {
    const auto all = room.first(find_tree(tree, room));
    const auto end =
        std::remove_if(all.begin(), all.end(), [](const TreeMember& member) { return member.spared != Spared::no; });
    return static_cast<std::size_t>(end - all.begin());
}

std::size_t list_tree(const Tree& tree, std::span<TreeMember> room) noexcept { return collect(tree, room); }

std::size_t signal_tree(const Tree& tree, OuterOrder order, std::span<TreeMember> room, TreeVisitor visitor,
                        void* context) noexcept {
    const auto members = room.first(find_tree(tree, room));
    const bool to_all = is_for_all(order.signal);
    const auto is_meant = [&](const TreeMember& member) {
        return member.spared == Spared::no && (to_all || member.nested_in == 0);
    };
    if (visitor != nullptr) {
        for (const TreeMember& member : members) {
            if (is_meant(member) && may_signal(member)) visitor(context, member);
        }
    }
    if (order.signal == SIGKILL) kill_nested(members);
    const bool group_has_it = has_group(tree, members) && signal_whole_group(tree, members, order, to_all);
    for (const TreeMember& member : members) {
        if (!is_meant(member) || (group_has_it && member.group == tree.group)) continue;
        signal_process(member, order, !to_all && member.name == OwnName::runner);
    }
    return members.size();
}

void signal_command(const Tree& tree, OuterOrder order, std::span<TreeMember> room) noexcept {
    // Whether it is a runner shows in what it runs. The walk finds no runner if descriptors are short.
    const auto members = room.first(find_tree(tree, room));
    const auto command = std::ranges::find(members, tree.group, &TreeMember::pid);
    const bool found = command != members.end();
    const bool marked = found && command->name == OwnName::runner && !is_for_all(order.signal);
    if (tree.leader_unreaped) {
        signal_child(tree.group, order, marked);
    } else if (found) {
        signal_process(*command, order, marked);
    }
}

void pass_on_typed(const Tree& tree, int signal, std::span<TreeMember> room) noexcept {
    const OuterOrder order{.signal = signal, .step = 0};
    const auto members = room.first(find_tree(tree, room));
    if (!has_group(tree, members) || signal_whole_group(tree, members, order, false)) return;
    for (const TreeMember& member : members) {
        if (member.group != tree.group || member.nested_in > 0) continue;
        signal_process(member, order, member.name == OwnName::runner);
    }
}

}  // namespace netrunner
