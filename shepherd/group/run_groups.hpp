// The control groups of a run, and how they go when the runner cannot see to it any more.
#pragma once

#include "shepherd/group/job_group.hpp"
#include "shepherd/group/vacated_group.hpp"
#include "shepherd/link/protocol.hpp"

namespace netrunner {

struct RunGroups {
    JobGroup job;          ///< the command's, if it has one
    VacatedGroup vacated;  ///< what the runner left for that

    /// The command's group is empty: away with it, unless it was there before.
    void clear_job(const protocol::Plan& plan) noexcept {
        if (job) plan.keeps_group != 0 ? job.remove_inside() : job.remove(plan.group_parents);
    }
    /// By the last of us, since whoever else is in the leaf would keep it.
    void leave_leaf() const noexcept {
        if (vacated) vacated.move_back();
    }
};

}  // namespace netrunner
