// The control groups of a run. The guard and the shepherd hold them and clear them if the runner is gone; otherwise the
// runner does that.
#pragma once

#include "shepherd/group/job_group.hpp"
#include "shepherd/group/vacated_group.hpp"
#include "shepherd/link/protocol.hpp"

namespace netrunner {

struct RunGroups {
    JobGroup job;          ///< the command's group; empty if it has none
    VacatedGroup vacated;  ///< the group that the runner left; empty if it left none

    /// Removes the command's group, which has no process any more but spared ones. These move to the runner's own
    /// group; if they cannot, the group is theirs and stays. If the group existed before the run, only removes the
    /// groups inside it.
    void clear_job(const protocol::Plan& plan) noexcept {
        if (job && plan.spares != 0 && !job.let_all_leave()) return job.disown();
        if (job) plan.keeps_group != 0 ? job.remove_inside() : job.remove(plan.group_parents);
    }
    /// Undoes the runner's move to the leaf. The last of the guard and the shepherd calls it, because the kernel does
    /// not remove the leaf while another process is in it.
    void leave_leaf() const noexcept {
        if (vacated) vacated.move_back();
    }
};

}  // namespace netrunner
