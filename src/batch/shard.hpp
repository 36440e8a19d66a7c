// Which jobs of the input belong to this shard, and the shard that a job array or a CI system gives by its environment.
// Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "src/batch/job_key.hpp"
#include "src/cli/batch_values.hpp"

namespace netrunner {

/// Whether the job belongs to `shard`: by its number, every N-th, or by its key.
bool is_in_shard(const ShardChoice& shard, std::uint64_t number, const JobKey& key);

/// How many of `jobs` belong to `shard`; nothing if `jobs` is not known, or if that depends on their keys.
std::optional<std::uint64_t> jobs_in_shard(const ShardChoice& shard, std::optional<std::uint64_t> jobs);

/// A variable's value; nothing if it is not set.
using Variable = std::function<std::optional<std::string>(const char* name)>;

struct FoundShard {
    ShardChoice choice;
    std::string source;  ///< "SLURM_ARRAY_TASK_ID=3 and SLURM_ARRAY_TASK_COUNT=8"
};
/// --shard auto. Throws UsageError if the environment names no shard, or names an impossible shard.
FoundShard shard_of_environment(const Variable& variable);

/// "2/8", "hash:2/8"; empty without a shard.
std::string shard_text(const ShardChoice& shard);

}  // namespace netrunner
