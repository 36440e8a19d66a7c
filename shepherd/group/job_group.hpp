// The control group of one run, once it exists: signals and kills its processes, tells whether it has any, and removes
// it with the groups inside it. Both programs use it. `open` opens the files before the command starts, so that a later
// shortage of descriptors cannot prevent a kill. It neither creates nor limits a group; src/cgroup does. It makes
// system calls only and allocates nothing.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <utility>

#include "shepherd/system/descriptor.hpp"
#include "shepherd/tree/tree.hpp"

namespace netrunner {

class JobGroup {
  public:
    JobGroup() = default;
    /// Takes the open directory of the group and opens its files. False with errno.
    bool open(Descriptor directory) noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(directory_); }
    [[nodiscard]] int directory() const noexcept { return directory_.get(); }
    /// Writing "0" here moves the writer into the group (cgroups(7)).
    [[nodiscard]] int procs() const noexcept { return procs_.get(); }
    /// cgroup.events: poll(2) reports POLLPRI when the group may have become empty, at most every 10 ms.
    [[nodiscard]] int events() const noexcept { return events_.get(); }

    /// Kills every process in the group and in the groups inside it. Before Linux 5.14 a process may escape one call;
    /// the caller repeats it until the group is empty.
    void kill() noexcept;

    /// `procs`: cgroup.procs of the group to which spared processes move when this group ends.
    void set_home(Descriptor procs) noexcept { home_ = std::move(procs); }
    [[nodiscard]] int home() const noexcept { return home_.get(); }
    /// Moves the processes that `tree.spare` spares there. True if none of them is in the group any more, so that
    /// `kill` ends only others. `room` is for the walk.
    bool let_spared_leave(const Tree& tree, std::span<TreeMember> room) noexcept;
    /// Moves all processes there; called when only spared ones are left. False if one stays.
    bool let_all_leave() noexcept;
    /// Removes what marks the group as netrunner's: from now on it belongs to the processes in it.
    void disown() noexcept;

    /// True if the kernel can kill all processes of the group in one step (cgroup.kill).
    [[nodiscard]] bool ends_at_once() const noexcept { return static_cast<bool>(kill_); }

    /// Fills `room` with live processes in the group, and in the groups inside it, that are not in `known` and not
    /// spared: processes that are in the group but were not found in the tree. Returns how many.
    std::size_t find_others(std::span<const TreeMember> known, const SpareRule& spare,
                            std::span<TreeMember> room) const noexcept;

    /// True if a live process in the group is not spared. `known`: the walk over the tree, with its marks.
    [[nodiscard]] bool has_unspared(std::span<const TreeMember> known, const SpareRule& spare) const noexcept;

    /// Sends the signal to all of these processes. Calls `visitor` before for each process that may be signalled.
    void signal_others(std::span<const TreeMember> known, const SpareRule& spare, OuterOrder order, TreeVisitor visitor,
                       void* context) const noexcept;

    /// True if a process is in the group or in a group inside it. False for a group that was removed.
    [[nodiscard]] bool is_populated() const noexcept;

    /// Removes the groups inside it. Returns 0, or EBUSY if one of them cannot be removed because it has a process.
    int remove_inside() noexcept;

    /// Removes the groups inside it, then the group, then up to `parents` groups above it, as long as they are empty
    /// and no run has locked them. Returns 0, or the errno of the group itself (EBUSY: a process is in it).
    int remove(unsigned parents) noexcept;

    /// Removes the group at `path` if a run made it, it is empty, and no other run has locked it (flock(2)): a run that
    /// has locked it may be about to use it. True if it was removed.
    static bool remove_unused(const char* path) noexcept;

    /// The mode of a group that a run has made. The sticky bit marks it and has no other meaning there. mkdir(2) sets
    /// it, so a run that is killed at any moment leaves no group without the mark (docs/decisions/0013).
    static constexpr mode_t made_by_run = 01755;
    /// The extended attribute that names the owner. A run's own group has it; a group that is only a parent has not.
    static constexpr const char* owner_mark = "user.netrunner";

  private:
    /// Calls `use(member)` for each live process in the group, and in the groups inside it, that is not in `known` and
    /// not spared, until it returns false.
    template <class Use>
    void each_other(std::span<const TreeMember> known, const SpareRule& spare, Use use) const noexcept;

    Descriptor directory_;
    Descriptor procs_;
    Descriptor events_;
    Descriptor kill_;
    Descriptor freeze_;
    Descriptor home_;
};

}  // namespace netrunner
