// Starts an attempt of a job: its plan, its files, its session. The conductor calls it when the job has a slot. It does
// not decide when that is.
#pragma once

#include <optional>

#include "src/batch/conductor_setup.hpp"
#include "src/batch/job_planner.hpp"
#include "src/batch/line_tags.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/running_jobs.hpp"
#include "src/batch/started_job.hpp"
#include "src/outcome/outcome.hpp"

namespace netrunner {

class JobStarter {
  public:
    /// `outputs` may be null. `lock`: an open file that every helper keeps open; -1: none. Throws UsageError.
    JobStarter(const ConductorSetup& setup, RunningJobs& running, Outputs* outputs, int lock)

        : setup_(setup), planner_(setup), tags_(setup.options), running_(running), outputs_(outputs), lock_(lock) {}

    /// Nothing if the attempt runs; else its outcome.
    std::optional<Outcome> start(StartedJob& started);

  private:
    const ConductorSetup& setup_;
    JobPlanner planner_;
    LineTags tags_;
    RunningJobs& running_;
    Outputs* outputs_;
    int lock_;
};

}  // namespace netrunner
