// `--shard auto` in the environments of job arrays and CI systems: all tasks together run each record once, their
// reports merge, and a task that is started again runs what is left of its own shard. Real engines: tests/real/engines.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "trial.hpp"

using namespace support;

namespace {

using Environment = std::map<std::string, std::optional<std::string>>;

struct Engine {
    const char* name;
    const char* index;                 ///< the variable that tells the tasks apart
    std::vector<const char*> indices;  ///< from shard 1 on
    Environment others;
};

/// Each engine as its documentation says, three tasks.
const std::vector<Engine>& engines() {
    static const std::vector<Engine> all{
        {"Slurm, --array=4-8:2",
         "SLURM_ARRAY_TASK_ID",
         {"4", "6", "8"},
         {{"SLURM_ARRAY_JOB_ID", "9"},
          {"SLURM_ARRAY_TASK_COUNT", "3"},
          {"SLURM_ARRAY_TASK_MIN", "4"},
          {"SLURM_ARRAY_TASK_MAX", "8"},
          {"SLURM_ARRAY_TASK_STEP", "2"}}},
        // Kubernetes does not set JOB_COMPLETIONS: the job's template sets it to the value of completions.
        {"Kubernetes, an indexed job", "JOB_COMPLETION_INDEX", {"0", "1", "2"}, {{"JOB_COMPLETIONS", "3"}}},
        {"GitLab, parallel: 3", "CI_NODE_INDEX", {"1", "2", "3"}, {{"CI_NODE_TOTAL", "3"}, {"GITLAB_CI", "true"}}},
        {"Buildkite, parallelism: 3",
         "BUILDKITE_PARALLEL_JOB",
         {"0", "1", "2"},
         {{"BUILDKITE_PARALLEL_JOB_COUNT", "3"}}},
        {"CircleCI, parallelism: 3", "CIRCLE_NODE_INDEX", {"0", "1", "2"}, {{"CIRCLE_NODE_TOTAL", "3"}}},
    };
    return all;
}

Environment environment_of(const Engine& engine, std::size_t task) {
    Environment environment = engine.others;
    environment[engine.index] = engine.indices.at(task);
    return environment;
}

class EngineTrial : public Trial {
  public:
    /// A task that runs ten records, of which record 5 fails until the file `go` is there.
    Setup task(const std::string& report, const std::string& shard, Environment environment) {
        std::ofstream(path("list")) << "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
        for (const Engine& engine : engines())
            environment.emplace(engine.index, std::nullopt);  // that of the CI system that runs this test
        Setup setup = command({netrunner(), "batch", "-a", "list", "--resume", path(report), "--shard", shard, "--",
                               "sh", "-c", "[ \"$1\" != 5 ] || [ -e go ] || exit 3; echo \"$1\"", "sh"});
        setup.environment = std::move(environment);
        return setup;
    }

    Result merge(std::vector<std::string> reports) {
        reports.insert(reports.begin(), {netrunner(), "report", "merge"});
        return complete(command(std::move(reports)));
    }

    void check_shards(const std::string& engine, const std::vector<Setup>& tasks, const std::string& found_in) {
        CAPTURE(engine);
        std::vector<std::string> ran;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            const auto result = complete(tasks[i]);
            CHECK(result.ending == exit_code(i == 1 ? 1 : 0));  // record 5 is in shard 2 of 3
            if (!found_in.empty())
                CHECK(begins(result.err, "netrunner: shard " + std::to_string(i + 1) + "/3: from " + found_in));
            for (const std::string& line : lines(result.out)) ran.push_back(line);
        }
        std::ofstream(path("go")) << "go";
        const auto again = complete(tasks[1]);  // the engine starts a failed task again, with the same environment
        CHECK(again.ending == exit_code(0));
        CHECK(again.out == "5\n");
        ran.emplace_back("5");
        std::ranges::sort(ran);
        CHECK(ran == std::vector<std::string>{"1", "10", "2", "3", "4", "5", "6", "7", "8", "9"});

        auto result = merge({"1.jsonl", "3.jsonl"});
        CHECK(result.ending == exit_code(1));
        CHECK(contains(result.err, "no report of shard 2/3"));
        result = merge({"1.jsonl", "2.jsonl", "3.jsonl"});
        CHECK(result.ending == exit_code(0));
        CHECK(result.out == "10 jobs: 10 succeeded, 0 failed\n");
        CHECK(complete(command({"/bin/rm", "go", "1.jsonl", "2.jsonl", "3.jsonl"})).ending == exit_code(0));
    }
};

}  // namespace

TEST_SUITE_BEGIN("batch_engines");

TEST_CASE_FIXTURE(EngineTrial, "--shard auto places a batch on job arrays and CI systems, and their reports merge") {
    for (const Engine& engine : engines()) {
        std::vector<Setup> tasks;
        for (std::size_t i = 0; i < 3; ++i)
            tasks.push_back(task(std::to_string(i + 1) + ".jsonl", "auto", environment_of(engine, i)));
        check_shards(engine.name, tasks, engine.index);
    }
}

TEST_CASE_FIXTURE(EngineTrial, "a matrix of GitHub's, which sets no variable, gives the shard as --shard I/N") {
    std::vector<Setup> tasks;
    for (const char* const shard : {"1", "2", "3"})
        tasks.push_back(task(std::string(shard) + ".jsonl", std::string(shard) + "/3", {{"GITHUB_ACTIONS", "true"}}));
    check_shards("GitHub", tasks, "");
}

TEST_CASE_FIXTURE(EngineTrial, "a task of an array that is submitted alone does not run the jobs of the other shards") {
    const Environment whole = environment_of(engines().front(), 1);
    CHECK(complete(task("2.jsonl", "auto", whole)).ending == exit_code(1));
    // `sbatch --array=6` sets the same index, and counts one task
    Environment alone = whole;
    alone["SLURM_ARRAY_TASK_COUNT"] = "1";
    alone["SLURM_ARRAY_TASK_MIN"] = alone["SLURM_ARRAY_TASK_MAX"] = "6";
    alone["SLURM_ARRAY_TASK_STEP"] = "1";
    auto result = complete(task("2.jsonl", "auto", alone));
    CHECK(result.ending == exit_code(125));
    CHECK(result.out.empty());
    CHECK(contains(result.err, "--shard auto: this is shard 1/1, but '" + path("2.jsonl") +
                                   "' is the report of shard 2/3 (say --shard 2/3)\n"));
    std::ofstream(path("go")) << "go";
    result = complete(task("2.jsonl", "2/3", alone));
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "5\n");
}

TEST_SUITE_END();
