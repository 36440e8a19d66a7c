// Which options a batch refuses: options of `run` that have no meaning for a job, values that a job cannot have, and
// options that contradict each other. The parser of the command line and that of --jsonl records ask. Pure.
#pragma once

#include <span>
#include <string_view>

#include "src/cli/batch_options.hpp"

namespace netrunner {

struct RefusedOption {
    std::string_view name;
    const char* reason;
};
/// The options of `run` that have no meaning for a job. Those that `batch` has itself are not among them.
std::span<const RefusedOption> refused_options();

/// Why `name` ("--pty"), an option of `run`, is refused for the jobs of a batch; empty: it is not.
std::string_view refusal_in_batch(std::string_view name);

/// Throws UsageError if a value in `job` has no meaning for a job: `--orphans leave`, `--stdin inherit`.
void check_job_options(const Options& job);

/// Throws UsageError if `word` begins a list in GNU parallel alone: `::::`, `:::+`, `::::+`. Taken for a value, it
/// would run jobs that the user did not mean.
void refuse_foreign_list(std::string_view word);

/// Throws UsageError if two options contradict each other, or if the command is missing.
void check_combination(const BatchOptions& options);

}  // namespace netrunner
