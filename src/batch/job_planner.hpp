// Makes the launch plan of a job: its options with what the batch adds, which are the size of the pipes and where its
// output goes. The conductor asks before it starts a job. It starts nothing.
#pragma once

#include <optional>

#include "src/batch/batch_job.hpp"
#include "src/batch/conductor_setup.hpp"
#include "src/batch/output_names.hpp"
#include "src/plan/launch_plan.hpp"

namespace netrunner {

class JobPlanner {
  public:
    /// Throws UsageError if the template of the output's files is malformed.
    explicit JobPlanner(const ConductorSetup& setup);

    /// Makes the missing files of `--output-mode files`, and the group of the batch. `is_relayed`: the output mode
    /// relays what the job writes. Throws UsageError, SetupFailure.
    [[nodiscard]] LaunchPlan plan(const BatchJob& job, bool is_relayed) const;

  private:
    [[nodiscard]] Options options_of(const BatchJob& job, bool is_relayed) const;

    const ConductorSetup& setup_;
    std::optional<OutputNames> files_;
};

}  // namespace netrunner
