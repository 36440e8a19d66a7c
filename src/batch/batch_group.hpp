// The control group around all jobs of a batch, with a group inside it for each job that has limits or --cgroup. The
// batch makes it before the first job that needs it, and removes it at the end; the planner asks for the plan of a
// job's group. Making, locking and removing a group is Cgroup's business (docs/decisions/0013).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/batch/batch_job.hpp"
#include "src/cgroup/cgroup.hpp"
#include "src/cgroup/kills_above.hpp"
#include "src/cgroup/plan.hpp"
#include "src/cli/batch_options.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

/// Takes what concerns the group of all jobs out of `options`: --cgroup, --cgroup-base, --group-*. The limits of each
/// job stay. Throws UsageError.
CgroupChoice take_group_choice(BatchOptions& options);

class BatchGroup {
  public:
    /// `of_jobs`: all jobs have limits. If neither they nor `choice` need a group, it is made for the first record that
    /// needs one. `narrate` must outlive this.
    BatchGroup(CgroupChoice choice, bool of_jobs, std::optional<std::string> environment_base, const Narrator& narrate);

    /// Throws SetupFailure, UsageError. `of_job`: what the options of all jobs ask for; a limit that no job could have
    /// is refused here.
    void make_if_needed(const std::optional<CgroupPlan>& of_job);
    /// The plan of the group of `job`; nothing: it has none. `asked`: what its own options ask for. Makes the group of
    /// the batch if there is none. Throws SetupFailure.
    std::optional<CgroupPlan> plan_for(const BatchJob& job, std::optional<CgroupPlan> asked);

    /// What was counted for want of memory until now.
    struct Counts {
        std::uint64_t shortages = 0;            ///< how often the limit of all jobs together could not be kept
        std::uint64_t killed = 0;               ///< processes of jobs that have groups
        std::optional<std::uint64_t> around{};  ///< processes of the surrounding group, those of the jobs included
    };
    [[nodiscard]] Counts counts() const;
    /// Adds to `outcome` what was counted since `before`, when the job began: the limit of all jobs together if it was
    /// the cause of a kill, and the kills in the surrounding group. Jobs that run at the same time see the same kills
    /// there.
    void explain(Outcome& outcome, const Counts& before) const;

    /// Removes it. Returns what the user has to be told of it, one line each.
    std::vector<std::string> remove();

  private:
    [[nodiscard]] std::uint64_t shortages() const;
    [[nodiscard]] CgroupPlan plan_around() const;
    [[nodiscard]] CgroupPlan plan_inside(std::optional<CgroupPlan> asked, const std::string& name) const;
    void make();

    CgroupChoice choice_;
    std::optional<std::string> environment_base_;
    bool needed_;
    const Narrator& narrate_;
    std::unique_ptr<Cgroup> group_;   ///< null: not made
    std::vector<std::string> names_;  ///< of its path, below its base
    std::string memory_limit_;        ///< of all jobs together, for messages; empty: none
    KillsAbove around_;
};

}  // namespace netrunner
