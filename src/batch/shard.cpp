#include "src/batch/shard.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "src/values/kernel_text.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

struct System {
    const char* index;
    const char* count;
    std::uint64_t first;  ///< the lowest index
};
// GitLab counts CI_NODE_INDEX from 1, the others count from 0.
constexpr std::array<System, 4> systems{{
    {"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0},
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
    {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
    {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},
}};

std::uint64_t number_of(const char* name, const std::string& value) {
    const auto number = number_in(value);
    if (!number) throw UsageError(fmt::format("--shard auto: {} is '{}', which is no number", name, value));
    return *number;
}

/// A Slurm array counts from any number, in steps.
std::optional<FoundShard> of_slurm(const Variable& variable) {
    const auto id = variable("SLURM_ARRAY_TASK_ID");
    const auto count = variable("SLURM_ARRAY_TASK_COUNT");
    if (!id || !count) return std::nullopt;
    const std::uint64_t first = number_of("SLURM_ARRAY_TASK_MIN", variable("SLURM_ARRAY_TASK_MIN").value_or("0"));
    const std::uint64_t step = number_of("SLURM_ARRAY_TASK_STEP", variable("SLURM_ARRAY_TASK_STEP").value_or("1"));
    const std::uint64_t task = number_of("SLURM_ARRAY_TASK_ID", *id);
    const std::uint64_t tasks = number_of("SLURM_ARRAY_TASK_COUNT", *count);
    const bool fits = step > 0 && task >= first && (task - first) % step == 0 && (task - first) / step < tasks;
    if (!fits) {
        throw UsageError(
            fmt::format("--shard auto: SLURM_ARRAY_TASK_ID={} is none of {} tasks from {} in steps of {} "
                        "(an array with gaps needs --shard I/N)",
                        task, tasks, first, step));
    }
    return FoundShard{{ShardChoice::Kind::position, (task - first) / step + 1, tasks},
                      fmt::format("SLURM_ARRAY_TASK_ID={} and SLURM_ARRAY_TASK_COUNT={}", task, tasks)};
}

}  // namespace

bool is_in_shard(const ShardChoice& shard, std::uint64_t number, const JobKey& key) {
    switch (shard.kind) {
        case ShardChoice::Kind::position: return (number - 1) % shard.count == shard.index - 1;
        case ShardChoice::Kind::hash: return key.high % shard.count == shard.index - 1;
        case ShardChoice::Kind::none:
        case ShardChoice::Kind::automatic: break;
    }
    return true;
}

std::optional<std::uint64_t> jobs_in_shard(const ShardChoice& shard, std::optional<std::uint64_t> jobs) {
    if (!jobs || shard.kind == ShardChoice::Kind::hash) return std::nullopt;
    if (shard.kind != ShardChoice::Kind::position) return jobs;
    return *jobs / shard.count + (shard.index <= *jobs % shard.count ? 1 : 0);
}

FoundShard shard_of_environment(const Variable& variable) {
    if (auto found = of_slurm(variable)) return *std::move(found);
    for (const System& system : systems) {
        const auto index = variable(system.index);
        const auto count = variable(system.count);
        if (!index || !count) continue;
        const std::uint64_t at = number_of(system.index, *index);
        const std::uint64_t of = number_of(system.count, *count);
        if (at < system.first || at - system.first >= of)
            throw UsageError(fmt::format("--shard auto: {}={} is none of {}={}", system.index, at, system.count, of));
        return {{ShardChoice::Kind::position, at - system.first + 1, of},
                fmt::format("{}={} and {}={}", system.index, at, system.count, of)};
    }
    if (variable("JOB_COMPLETION_INDEX")) {
        throw UsageError(
            "--shard auto: JOB_COMPLETION_INDEX is set and JOB_COMPLETIONS is not (set it in the job's template to the "
            "value of completions)");
    }
    throw UsageError(
        "--shard auto: no variable of a job array or a CI system is set (SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, "
        "CI_NODE_INDEX, BUILDKITE_PARALLEL_JOB or CIRCLE_NODE_INDEX): say --shard I/N");
}

std::string shard_text(const ShardChoice& shard) {
    if (shard.kind == ShardChoice::Kind::none || shard.kind == ShardChoice::Kind::automatic) return "";
    return fmt::format("{}{}/{}", shard.kind == ShardChoice::Kind::hash ? "hash:" : "", shard.index, shard.count);
}

}  // namespace netrunner
