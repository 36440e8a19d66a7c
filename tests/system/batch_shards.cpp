// --shard: every record is in exactly one part, and `report merge` finds parts that are missing or unfinished.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct ShardTrial : BatchTrial {
    std::string name_of(int part) { return path("part." + std::to_string(part)); }
    // The records of shard `shard`, with the number that each has in `{#}`.
    std::vector<std::string> run_shard(const std::string& shard, int records, const std::string& report = {},
                                       const std::map<std::string, std::optional<std::string>>& variables = {}) {
        std::string input;
        for (int i = 1; i <= records; ++i) input += "r" + std::to_string(i) + "\n";
        Words words{"-j2", "--shard", shard, "--output-mode", "ordered"};
        if (!report.empty()) words.insert(words.end(), {"--report", report});
        words.insert(words.end(), {"--", "echo", "{#}:{}"});
        auto setup = batch_of(input, words);
        for (const auto& [name, value] : variables) setup.environment[name] = value;
        const auto result = complete(setup);
        CHECK_MESSAGE(result.ending == exit_code(0), result.err);
        said = result.err;
        return lines(result.out);
    }
    std::string said;
};

const std::vector<std::string> all_variables{"SLURM_ARRAY_TASK_ID",
                                             "SLURM_ARRAY_TASK_COUNT",
                                             "SLURM_ARRAY_TASK_MIN",
                                             "SLURM_ARRAY_TASK_STEP",
                                             "SLURM_ARRAY_TASK_MAX",
                                             "JOB_COMPLETION_INDEX",
                                             "JOB_COMPLETIONS",
                                             "CI_NODE_INDEX",
                                             "CI_NODE_TOTAL",
                                             "BUILDKITE_PARALLEL_JOB",
                                             "BUILDKITE_PARALLEL_JOB_COUNT",
                                             "CIRCLE_NODE_INDEX",
                                             "CIRCLE_NODE_TOTAL"};

std::map<std::string, std::optional<std::string>> only(const std::map<std::string, std::string>& given) {
    std::map<std::string, std::optional<std::string>> variables;
    for (const std::string& name : all_variables) variables[name] = std::nullopt;
    for (const auto& [name, value] : given) variables[name] = value;
    return variables;
}

}  // namespace

TEST_SUITE_BEGIN("batch_shards");

TEST_CASE_FIXTURE(ShardTrial, "the shards of 1 to 16 parts are disjoint and complete, by position and by hash") {
    constexpr int records = 23;
    const int step = amount(5, 1);
    for (const std::string kind : {"", "hash:"}) {
        for (int parts = 1; parts <= 16; parts += step) {
            CAPTURE(parts);
            std::vector<std::string> all;
            for (int part = 1; part <= parts; ++part) {
                const auto some = run_shard(kind + std::to_string(part) + "/" + std::to_string(parts), records);
                all.insert(all.end(), some.begin(), some.end());
                if (!kind.empty()) continue;
                // Every N-th record, each with its number in the whole input.
                for (std::size_t i = 0; i < some.size(); ++i) {
                    const auto number = std::to_string(part + static_cast<int>(i) * parts);
                    CHECK(some[i] == number + ":r" + number);
                }
            }
            std::ranges::sort(all);
            std::vector<std::string> expected;
            for (int i = 1; i <= records; ++i) expected.push_back(std::to_string(i) + ":r" + std::to_string(i));
            std::ranges::sort(expected);
            CHECK(all == expected);
        }
    }
}

TEST_CASE_FIXTURE(ShardTrial, "a record stays in its shard of hashes if other records are added") {
    write("first", "a\nb\nc\nd\ne\nf\n");
    write("second", "x\nd\ny\na\nf\ne\nb\nz\nc\n");
    const auto in = [&](const std::string& file) {
        auto out = lines(run_batch({"--shard", "hash:1/2", "-a", path(file), "--", "echo"}).out);
        std::erase_if(out, [](const std::string& line) { return line >= "x"; });
        std::ranges::sort(out);
        return out;
    };
    CHECK(in("first") == in("second"));
}

TEST_CASE_FIXTURE(ShardTrial, "a shard that makes no sense is refused") {
    for (const char* shard : {"0/2", "3/2", "1/0", "1", "/", "1/", "a/b", "hash:0/1", "hash:", "1/2/3", "-1/2"}) {
        CAPTURE(shard);
        CHECK_REFUSED(run_batch({std::string("--shard=") + shard, "--", "true"}), shard);
    }
}

TEST_CASE_FIXTURE(ShardTrial, "--shard auto takes its part from the environment of each system, and says which") {
    using Variables = std::map<std::string, std::string>;
    const std::vector<std::pair<Variables, std::string>> systems{
        {{{"SLURM_ARRAY_TASK_ID", "1"},
          {"SLURM_ARRAY_TASK_COUNT", "3"},
          {"SLURM_ARRAY_TASK_MIN", "0"},
          {"SLURM_ARRAY_TASK_STEP", "1"}},
         "2/3"},
        {{{"SLURM_ARRAY_TASK_ID", "3"},
          {"SLURM_ARRAY_TASK_COUNT", "3"},
          {"SLURM_ARRAY_TASK_MIN", "1"},
          {"SLURM_ARRAY_TASK_STEP", "1"}},
         "3/3"},
        {{{"SLURM_ARRAY_TASK_ID", "14"},
          {"SLURM_ARRAY_TASK_COUNT", "3"},
          {"SLURM_ARRAY_TASK_MIN", "10"},
          {"SLURM_ARRAY_TASK_STEP", "4"}},
         "2/3"},
        {{{"JOB_COMPLETION_INDEX", "0"}, {"JOB_COMPLETIONS", "3"}}, "1/3"},
        {{{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "3"}}, "1/3"},
        {{{"BUILDKITE_PARALLEL_JOB", "2"}, {"BUILDKITE_PARALLEL_JOB_COUNT", "3"}}, "3/3"},
        {{{"CIRCLE_NODE_INDEX", "1"}, {"CIRCLE_NODE_TOTAL", "3"}}, "2/3"},
    };
    for (const auto& [variables, shard] : systems) {
        CAPTURE(variables.begin()->first);
        const auto by_hand = run_shard(shard, 10, {}, only({}));
        const auto found = run_shard("auto", 10, {}, only(variables));
        CHECK(found == by_hand);
        CHECK(contains(said, "shard " + shard));
        for (const auto& [name, value] : variables) {
            if (!contains(name, "_MIN") && !contains(name, "_STEP"))
                CHECK_MESSAGE(contains(said, name + "=" + value), said);
        }
    }
}

TEST_CASE_FIXTURE(ShardTrial, "--shard auto without such an environment, or with nonsense in it, is refused") {
    const auto refused = [&](const std::map<std::string, std::string>& variables) {
        auto setup = batch({"--shard", "auto", "--", "touch", "ran", ":::", "1"});
        for (const auto& [name, value] : only(variables)) setup.environment[name] = value;
        return complete(setup);
    };
    CHECK_REFUSED(refused({}), "--shard auto");
    CHECK_REFUSED(refused({{"CI_NODE_INDEX", "4"}, {"CI_NODE_TOTAL", "3"}}), "CI_NODE_INDEX");
    CHECK_REFUSED(refused({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "3"}}), "CI_NODE_INDEX");
    CHECK_REFUSED(refused({{"CI_NODE_INDEX", "one"}, {"CI_NODE_TOTAL", "3"}}), "CI_NODE_INDEX");
    CHECK_REFUSED(refused({{"JOB_COMPLETION_INDEX", "3"}, {"JOB_COMPLETIONS", "3"}}), "JOB_COMPLETION_INDEX");
    CHECK_REFUSED(refused({{"JOB_COMPLETION_INDEX", "1"}}), "JOB_COMPLETIONS");
    CHECK_REFUSED(refused({{"SLURM_ARRAY_TASK_ID", "5"},
                           {"SLURM_ARRAY_TASK_COUNT", "2"},
                           {"SLURM_ARRAY_TASK_MIN", "1"},
                           {"SLURM_ARRAY_TASK_STEP", "2"}}),
                  "SLURM_ARRAY_TASK_ID");
}

TEST_CASE_FIXTURE(ShardTrial, "the report of a shard names it, and a shard can be resumed") {
    run_shard("2/3", 7, name_of(2));
    CHECK(reported(name_of(2), "header").at(0).at("shard") == "2/3");
    CHECK(jobs_reported(name_of(2)) == 2);
    CHECK(job_in(name_of(2), 5).at("record").at(0) == "r5");
    std::string input;
    for (int i = 1; i <= 7; ++i) input += "r" + std::to_string(i) + "\n";
    const auto result = run_batch_of(input, {"--shard", "2/3", "--resume", name_of(2), "--", "echo", "{#}:{}"});
    CHECK(result.out.empty());
    CHECK(contains(result.err, "2 skipped"));
}

TEST_CASE_FIXTURE(ShardTrial, "an empty shard is a success") {
    CHECK(run_shard("3/3", 2, name_of(3)).empty());
    CHECK(reported(name_of(3), "trailer").at(0).at("status") == 0);
}

TEST_CASE_FIXTURE(ShardTrial,
                  "report merge is 0 for a whole batch, and names a part that is missing or unfinished with 1") {
    const auto merge = [&](int parts, int without) {
        std::vector<std::string> words{netrunner(), "report", "merge"};
        for (int part = parts; part >= 1; --part) {
            if (part != without) words.push_back(name_of(part));
        }
        return complete(command(words));
    };
    for (int parts = 2; parts <= 16; parts += amount(7, 1)) {
        CAPTURE(parts);
        for (int part = 1; part <= parts; ++part) {
            std::filesystem::remove(name_of(part));
            run_shard((parts % 2 == 0 ? "" : "hash:") + std::to_string(part) + "/" + std::to_string(parts), 20,
                      name_of(part));
        }
        auto result = merge(parts, 0);
        CHECK_MESSAGE(result.ending == exit_code(0), result.err);
        CHECK(contains(result.out, "20 succeeded"));
        const int chosen = 1 + parts / 3;
        const std::string shard = std::to_string(chosen) + "/" + std::to_string(parts);
        result = merge(parts, chosen);
        CHECK(result.ending == exit_code(1));
        CHECK_MESSAGE(contains(result.err, shard), result.err);
        // Killed before its end: there is no trailer.
        const std::string whole = read_text(name_of(chosen));
        write("part." + std::to_string(chosen), whole.substr(0, whole.rfind("{\"type\":\"trailer\"")));
        result = merge(parts, 0);
        CHECK(result.ending == exit_code(1));
        CHECK_MESSAGE((contains(result.err, shard) || contains(result.err, name_of(chosen))), result.err);
        // Resumed, it is whole again.
        std::string input;
        for (int i = 1; i <= 20; ++i) input += "r" + std::to_string(i) + "\n";
        run_batch_of(input, {"--shard", (parts % 2 == 0 ? "" : "hash:") + shard, "--resume", name_of(chosen), "--",
                             "echo", "{#}:{}"});
        CHECK(merge(parts, 0).ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(
    ShardTrial,
    "report merge is 0 also with failed jobs, 1 for a part that started no more jobs, and 125 for what is no report") {
    const auto run_part = [&](const std::string& part, const std::string& script, const std::string& halt) {
        std::filesystem::remove(name_of(part[0] - '0'));
        run_batch({"-j1", "--halt", halt, "--shard", part, "--report", name_of(part[0] - '0'), "--", "sh", "-c", script,
                   "sh", ":::", "1", "2", "3", "4"});
    };
    const auto merge = [&](const std::vector<std::string>& files) {
        std::vector<std::string> words{netrunner(), "report", "merge"};
        words.insert(words.end(), files.begin(), files.end());
        return complete(command(words));
    };
    run_part("1/2", "exit 0", "never");
    run_part("2/2", "[ $1 = 4 ]", "never");
    auto result = merge({name_of(1), name_of(2)});
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.out, "3 succeeded, 1 failed"));
    run_part("2/2", "[ $1 = 4 ]", "soon");
    result = merge({name_of(1), name_of(2)});
    CHECK(result.ending == exit_code(1));
    write("other", "no report\n");
    CHECK(merge({name_of(1), path("other")}).ending == exit_code(125));
    CHECK(merge({name_of(1), directory() + "/none"}).ending == exit_code(125));
    CHECK(merge({}).ending == exit_code(125));
}

TEST_CASE_FIXTURE(ShardTrial, "a report is resumed by its own shard only, so that it can be merged") {
    struct Pair {
        std::string there, here, said;
    };
    const std::string whole = "' is the report of a whole batch (leave --shard out)\n";
    const auto of_shard = [](const std::string& shard) {
        return "' is the report of shard " + shard + " (say --shard " + shard + ")\n";
    };
    const auto resume = [&](const std::string& shard) {
        Words words{"-j2", "--resume", name_of(1)};
        if (!shard.empty()) words.insert(words.end(), {"--shard", shard});
        words.insert(words.end(), {"--", "echo", ":::", "r1", "r2", "r3", "r4", "r5", "r6", "r7"});
        return run_batch(words);
    };
    for (const Pair& pair :
         std::vector<Pair>{{"", "1/2", "--shard 1/2: '" + name_of(1) + whole},
                           {"", "hash:1/1", "--shard hash:1/1: '" + name_of(1) + whole},
                           {"1/2", "", "--resume without --shard: '" + name_of(1) + of_shard("1/2")},
                           {"1/2", "2/2", "--shard 2/2: '" + name_of(1) + of_shard("1/2")},
                           {"1/2", "1/3", "--shard 1/3: '" + name_of(1) + of_shard("1/2")},
                           {"1/2", "hash:1/2", "--shard hash:1/2: '" + name_of(1) + of_shard("1/2")},
                           {"hash:1/2", "1/2", "--shard 1/2: '" + name_of(1) + of_shard("hash:1/2")},
                           {"hash:2/3", "hash:2/4", "--shard hash:2/4: '" + name_of(1) + of_shard("hash:2/3")}}) {
        CAPTURE(pair.there);
        CAPTURE(pair.here);
        std::filesystem::remove(name_of(1));
        if (pair.there.empty()) {
            CHECK(run_batch({"--report", name_of(1), "--", "echo", ":::", "r1"}).ending == exit_code(0));
        } else {
            run_shard(pair.there, 7, name_of(1));
        }
        const std::string before = read_text(name_of(1));
        const auto result = resume(pair.here);
        CHECK(result.ending == exit_code(125));
        CHECK(result.out.empty());
        CHECK(result.err == "netrunner: " + pair.said);
        CHECK(read_text(name_of(1)) == before);
        CHECK(resume(pair.there).ending == exit_code(0));
        CHECK(reported(name_of(1), "header").size() == 2);
        const auto merged = complete(command({netrunner(), "report", "merge", name_of(1)}));
        CHECK_MESSAGE(merged.ending == exit_code(pair.there.empty() ? 0 : 1), merged.err);  // not 125
    }
}

TEST_CASE_FIXTURE(ShardTrial, "soon=N% counts against the jobs of the shard, also of --shard auto") {
    struct Way {
        std::string shard;
        int failed;
        int left;
    };
    // 20 records; a shard of two has 10.
    for (const Way& way : std::vector<Way>{{"auto", 4, 6}, {"2/2", 4, 6}, {"1/1", 8, 12}}) {
        CAPTURE(way.shard);
        std::filesystem::remove(name_of(1));
        Words words{"-j1", "--shard", way.shard, "--halt", "soon=40%", "--report", name_of(1), "--", "false", ":::"};
        for (int i = 1; i <= 20; ++i) words.push_back(std::to_string(i));
        auto setup = batch(words);
        for (const auto& [name, value] : only({{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "2"}}))
            setup.environment[name] = value;
        CHECK(complete(setup).ending == exit_code(1));
        const auto counts = reported(name_of(1), "trailer").at(0).at("counts");
        CHECK(counts.at("failed") == way.failed);
        CHECK(counts.at("not_started") == way.left);
    }
}

TEST_SUITE_END();
