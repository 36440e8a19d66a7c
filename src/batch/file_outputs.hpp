// The output mode `files` with a log: netrunner writes the files of the jobs, because the log needs the same bytes. The
// conductor makes it. Without a log the jobs write to their files themselves.
#pragma once

#include <string>

#include "src/batch/output_names.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/own_files.hpp"

namespace netrunner {

class FileOutputs final : public Outputs {
  public:
    /// `own_files` outlives it. Throws UsageError.
    FileOutputs(const std::string& name_template, const OwnFiles& own_files)
        : names_(name_template), own_files_(own_files) {}

    /// Throws SetupFailure, UsageError.
    std::unique_ptr<JobOutput> open(const Filling& job) override;
    void attend() override {}

  private:
    class Pair;
    OutputNames names_;
    const OwnFiles& own_files_;
};

}  // namespace netrunner
