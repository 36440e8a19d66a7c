// Starts an attempt of a job: its plan, its files, its session. The conductor calls it when the job has a slot, and
// when files are open for which the job had to wait. It does not decide when that is.
#pragma once

#include <functional>
#include <optional>

#include "src/batch/conductor_setup.hpp"
#include "src/batch/job_planner.hpp"
#include "src/batch/line_tags.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/running_jobs.hpp"
#include "src/batch/started_job.hpp"
#include "src/batch/waiting_starts.hpp"
#include "src/outcome/outcome.hpp"

namespace netrunner {

class JobStarter {
  public:
    /// `outputs` may be null. `lock`: an open file that every helper keeps open; -1: none. Throws UsageError.
    JobStarter(const ConductorSetup& setup, RunningJobs& running, WaitingStarts& waiting, Outputs* outputs, int lock)
        : setup_(setup),
          planner_(setup),
          tags_(setup.options),
          running_(running),
          waiting_(waiting),
          outputs_(outputs),
          lock_(lock) {}

    /// Nothing if the attempt runs or waits for its files; else its outcome.
    std::optional<Outcome> start(StartedJob& started);
    /// The wait for its files has ended. Nothing if the attempt runs; else its outcome.
    std::optional<Outcome> go_on(StartedJob& started, WaitingStart opened);
    /// `job` has succeeded before and does not start.
    void skip(const BatchJob& job) { planner_.keep_files(job); }

  private:
    std::optional<Outcome> attempt(const BatchJob& job, const std::function<void()>& act) const;
    void run(StartedJob& started, LaunchPlan plan, const StandardFiles& files, TimePoint begun);

    const ConductorSetup& setup_;
    JobPlanner planner_;
    LineTags tags_;
    RunningJobs& running_;
    WaitingStarts& waiting_;
    Outputs* outputs_;
    int lock_;
};

}  // namespace netrunner
