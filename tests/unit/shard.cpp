#include "src/batch/shard.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Variables = std::map<std::string, std::string>;

FoundShard found(Variables variables) {
    return shard_of_environment([&](const char* name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional(at->second);
    });
}

std::string refusal(const Variables& variables) {
    try {
        found(variables);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("shard");

TEST_CASE("shards are disjoint and complete, by number and by key") {
    for (std::uint64_t count = 1; count <= 16; ++count) {
        for (std::uint64_t number = 1; number <= 200; ++number) {
            Options job;
            job.command = {"echo", std::to_string(number)};
            const JobKey key = job_key(std::nullopt, job);
            for (const auto kind : {ShardChoice::Kind::position, ShardChoice::Kind::hash}) {
                int in = 0;
                for (std::uint64_t index = 1; index <= count; ++index)
                    in += is_in_shard({kind, index, count}, number, key) ? 1 : 0;
                CHECK(in == 1);
            }
            CHECK(is_in_shard({}, number, key));
        }
    }
}

TEST_CASE("a shard by number has every N-th job") {
    const ShardChoice second{ShardChoice::Kind::position, 2, 3};
    CHECK(!is_in_shard(second, 1, {}));
    CHECK(is_in_shard(second, 2, {}));
    CHECK(!is_in_shard(second, 3, {}));
    CHECK(is_in_shard(second, 5, {}));
}

TEST_CASE("shards by key are of similar size") {
    std::map<std::uint64_t, int> sizes;
    for (int i = 0; i < 4000; ++i) {
        Options job;
        job.command = {"echo", std::to_string(i)};
        for (std::uint64_t index = 1; index <= 4; ++index) {
            if (is_in_shard({ShardChoice::Kind::hash, index, 4}, 1, job_key(std::nullopt, job))) ++sizes[index];
        }
    }
    for (const auto& [index, size] : sizes) CHECK((size > 850 && size < 1150));
}

TEST_CASE("the environments of engines give the shard") {
    const auto choice = [](const Variables& variables) { return shard_text(found(variables).choice); };
    CHECK(choice({{"SLURM_ARRAY_TASK_ID", "0"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}) == "1/4");
    CHECK(choice({{"SLURM_ARRAY_TASK_ID", "7"},
                  {"SLURM_ARRAY_TASK_COUNT", "4"},
                  {"SLURM_ARRAY_TASK_MIN", "1"},
                  {"SLURM_ARRAY_TASK_STEP", "2"}}) == "4/4");
    CHECK(choice({{"JOB_COMPLETION_INDEX", "2"}, {"JOB_COMPLETIONS", "3"}}) == "3/3");
    CHECK(choice({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "5"}}) == "1/5");
    CHECK(choice({{"BUILDKITE_PARALLEL_JOB", "0"}, {"BUILDKITE_PARALLEL_JOB_COUNT", "2"}}) == "1/2");
    CHECK(choice({{"CIRCLE_NODE_INDEX", "3"}, {"CIRCLE_NODE_TOTAL", "4"}}) == "4/4");
    CHECK(found({{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "5"}}).source == "CI_NODE_INDEX=2 and CI_NODE_TOTAL=5");
}

TEST_CASE("an environment that names no shard or a wrong one is refused") {
    CHECK(refusal({}).find("say --shard I/N") != std::string::npos);
    CHECK(refusal({{"JOB_COMPLETION_INDEX", "0"}}).find("JOB_COMPLETIONS is not") != std::string::npos);
    CHECK(refusal({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "5"}}) ==
          "--shard auto: CI_NODE_INDEX=0 is none of CI_NODE_TOTAL=5");
    CHECK(refusal({{"CI_NODE_INDEX", "6"}, {"CI_NODE_TOTAL", "5"}}).find("none of") != std::string::npos);
    CHECK(refusal({{"CIRCLE_NODE_INDEX", "4"}, {"CIRCLE_NODE_TOTAL", "4"}}).find("none of") != std::string::npos);
    CHECK(refusal({{"CIRCLE_NODE_INDEX", "x"}, {"CIRCLE_NODE_TOTAL", "4"}}).find("'x'") != std::string::npos);
    CHECK(refusal({{"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_COUNT", "3"}, {"SLURM_ARRAY_TASK_MIN", "1"}})
              .find("gaps") != std::string::npos);
}

TEST_CASE("how many jobs a shard has is known for shards by position") {
    const auto jobs_of = [](std::uint64_t index, std::uint64_t count, std::uint64_t jobs) {
        return jobs_in_shard({ShardChoice::Kind::position, index, count}, jobs);
    };
    for (const std::uint64_t jobs : {0U, 1U, 2U, 7U, 16U, 100U}) {
        for (std::uint64_t count = 1; count <= 16; ++count) {
            for (std::uint64_t index = 1; index <= count; ++index) {
                std::uint64_t expected = 0;
                for (std::uint64_t number = 1; number <= jobs; ++number)
                    if (is_in_shard({ShardChoice::Kind::position, index, count}, number, {})) ++expected;
                REQUIRE(jobs_of(index, count, jobs) == expected);
            }
        }
    }
    CHECK(jobs_in_shard({}, 7) == 7);
    CHECK(jobs_in_shard({ShardChoice::Kind::hash, 1, 2}, 7) == std::nullopt);
    CHECK(jobs_in_shard({ShardChoice::Kind::position, 1, 2}, std::nullopt) == std::nullopt);
}

TEST_SUITE_END();
