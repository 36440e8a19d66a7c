// Makes the launch plan of a job: its options with what the batch adds, which are the size of the pipes and where its
// output goes. The conductor asks before it starts a job. It starts nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/batch/batch_job.hpp"
#include "src/batch/conductor_setup.hpp"
#include "src/batch/file_claims.hpp"
#include "src/batch/output_names.hpp"
#include "src/plan/launch_plan.hpp"

namespace netrunner {

class JobPlanner {
  public:
    /// Throws UsageError if the template of the output's files is malformed.
    explicit JobPlanner(const ConductorSetup& setup);

    /// Before the first attempt of `job`: takes its files of `--output-mode files`. Throws UsageError if an earlier job
    /// has one of them, or if the job's values make no name below the directory.
    void claim_files(const BatchJob& job);
    /// `job` does not start, because it has succeeded before: its files are kept from other jobs.
    void keep_files(const BatchJob& job);

    /// Makes the missing files of `--output-mode files`, and the group of the batch. `is_relayed`: the output mode
    /// relays what the job writes. Throws UsageError, SetupFailure.
    [[nodiscard]] LaunchPlan plan(const BatchJob& job, bool is_relayed) const;

  private:
    [[nodiscard]] Options options_of(const BatchJob& job, bool is_relayed) const;
    [[nodiscard]] std::vector<std::string> files_of(const BatchJob& job) const;

    const ConductorSetup& setup_;
    std::optional<OutputNames> files_;  ///< of `--output-mode files`
    FileClaims claims_;
};

}  // namespace netrunner
