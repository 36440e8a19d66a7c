// The control group that one run has for itself, from the moment it exists: everything in it can be killed at once,
// asked after, and taken away with the groups inside it. Everything needed for that is opened before the command is
// there, so that no shortage can prevent it. Ground of both programs: system calls only, nothing allocated.
#pragma once

#include <sys/types.h>

#include <span>

#include "shepherd/system/descriptor.hpp"
#include "shepherd/tree/tree.hpp"

namespace netrunner {

class JobGroup {
  public:
    JobGroup() = default;
    /// `directory`: the group's, open. False with errno when one of its files cannot be had.
    bool open(Descriptor directory) noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(directory_); }
    [[nodiscard]] int directory() const noexcept { return directory_.get(); }
    /// Writing "0" here moves the writer into the group (cgroups(7)).
    [[nodiscard]] int procs() const noexcept { return procs_.get(); }
    /// poll(2) reports POLLPRI when the group may have become empty; at most every 10 ms.
    [[nodiscard]] int events() const noexcept { return events_.get(); }

    /// Ends everything in it and in the groups inside it, whosever it is. Where the kernel cannot do that at once
    /// (before 5.14), one round of it: to be repeated until the group is empty.
    void kill() noexcept;

    /// The kernel can end everything in it in one step.
    [[nodiscard]] bool ends_at_once() const noexcept { return static_cast<bool>(kill_); }

    /// Sends `signal` to those in it, and in the groups inside it, that are not among `known`: who came into it without
    /// descending from the command. `visitor` is told of each before.
    void signal_others(std::span<const TreeMember> known, int signal, TreeVisitor visitor,
                       void* context) const noexcept;

    /// Somebody is in it, or in a group inside it. A group that is gone is empty.
    [[nodiscard]] bool is_populated() const noexcept;

    /// Removes the groups inside it. 0, or EBUSY when somebody is in one.
    int remove_inside() noexcept;

    /// Removes the groups inside it, itself, and up to `parents` groups above as long as they are empty and no run has
    /// locked them; in this order.
    /// 0, or errno of the group itself (EBUSY: somebody is in it).
    int remove(unsigned parents) noexcept;

    /// Removes the group at `path` if a run made it, it is empty, and no run has locked it (flock(2)): another may be
    /// about to use it.
    static bool remove_unused(const char* path) noexcept;

    /// A sticky bit says that a run of netrunner made a group. It means nothing else there, and unlike any other mark
    /// it comes with mkdir(2) itself: a run that is killed at any moment leaves nothing that the next one would not
    /// know.
    static constexpr mode_t made_by_run = 01755;

  private:
    Descriptor directory_;
    Descriptor procs_;
    Descriptor events_;
    Descriptor kill_;
    Descriptor freeze_;
};

}  // namespace netrunner
