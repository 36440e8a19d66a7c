// What a batch costs while it runs: memory that does not grow with the number of jobs, descriptors, and no work at all
// while its jobs sleep.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct CostTrial : BatchTrial {
    Process start_sleeping(Words options, int jobs) {
        options.insert(options.end(), {"-j", std::to_string(jobs), "--", "sleep", "300", ":::"});
        options.insert(options.end(), static_cast<std::size_t>(jobs), "0");
        auto process = start(batch(options));
        process.wait_for(
            "all jobs",
            [&] {
                const auto shepherds = children_of(process.pid());
                return std::ranges::count_if(shepherds, [](pid_t shepherd) { return is_asleep(shepherd); }) == jobs;
            },
            60s);
        return process;
    }
    // Whether the command below this shepherd has become `sleep`.
    static bool is_asleep(pid_t shepherd) {
        for (const pid_t guard : children_of(shepherd)) {
            for (const pid_t command : children_of(guard)) {
                if (name_of(command) == "sleep") return true;
            }
        }
        return false;
    }
    // The switches of netrunner and its helpers to and from a processor. A process that makes a system call has at
    // least one if it slept before.
    static long switches(pid_t runner) {
        long count = switches_of(runner);
        for (const pid_t shepherd : children_of(runner)) {
            count += switches_of(shepherd);
            for (const pid_t guard : children_of(shepherd)) count += switches_of(guard);
        }
        return count;
    }
    static long switches_of(pid_t pid) {
        return std::atol(status_field(pid, "voluntary_ctxt_switches").c_str()) +
               std::atol(status_field(pid, "nonvoluntary_ctxt_switches").c_str());
    }
    static void end(Process& process) {
        process.signal(SIGTERM);
        const auto result = process.finish(60s);
        CHECK(result.ending == killed_by(SIGTERM));
        CHECK(result.left.empty());
    }
};

std::string records(int first, int last) {
    std::string text;
    for (int i = first; i <= last; ++i) text += std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("batch_cost");

TEST_CASE_FIXTURE(CostTrial, "while 100 jobs sleep, netrunner and its helpers make no system call in 2 s") {
    if (sanitized) return skip(needs_more);
    for (const Words& options : {Words{"--output-mode", "line"}, Words{"--report", path("report.jsonl")}}) {
        auto process = start_sleeping(options, 100);
        // The end of the start: timers of the report's sync and the like.
        CHECK(settles([&] { return switches(process.pid()); }, 1200ms));
        const long before = switches(process.pid());
        let_pass(2s);
        CHECK(switches(process.pid()) == before);
        end(process);
    }
}

TEST_CASE_FIXTURE(CostTrial, "a job costs three descriptors at most, and the batch 32") {
    const int jobs = amount(60, 1000);
    for (const Words& options :
         {Words{}, Words{"--output-mode", "line", "--tag"}, Words{"--output-mode", "null"},
          Words{"--output-mode", "files=out/{#}.{stream}"}, Words{"--report", path("report.jsonl")}}) {
        auto process = start_sleeping(options, jobs);
        const auto count = descriptors_of(process.pid()).size();
        CHECK_MESSAGE(count <= static_cast<std::size_t>(3 * jobs + 32), count, " for ", jobs, " jobs");
        end(process);
    }
    std::filesystem::remove_all(path("out"));
}

TEST_CASE_FIXTURE(CostTrial, "memory does not grow with the number of jobs") {
    if (sanitized) return skip(needs_more);
    const int early = amount(500, 1000);
    const int late = amount(4500, 90'000);
    const int all = amount(5000, 100'000);
    for (const Words& options : {Words{"--output-mode", "line"}, Words{"--report", path("report.jsonl")}}) {
        Words words = options;
        words.insert(words.end(), {"-j4", "--", "echo"});
        auto setup = batch(words);
        setup.in = piped();
        setup.hold_input = true;
        auto process = start(setup);
        long seen = 0;
        std::size_t counted = 0;
        const auto memory_after = [&](int last) {
            process.feed(records(static_cast<int>(seen) + 1, last));
            process.wait_for(
                "job " + std::to_string(last),
                [&] {
                    const std::string& out = process.out();
                    for (; counted < out.size(); ++counted) seen += out[counted] == '\n' ? 1 : 0;
                    return seen == last;
                },
                Millis{60'000 + last * 20L});
            return resident_bytes(process.pid());
        };
        const long first = memory_after(early);
        const long second = memory_after(late);
        memory_after(all);
        process.close_input();
        CHECK(process.finish().ending == exit_code(0));
        MESSAGE("resident after ", early, " jobs: ", first / 1024, " KiB, after ", late, ": ", second / 1024, " KiB");
        CHECK(static_cast<double>(second) <= 1.05 * static_cast<double>(first));
    }
}

TEST_CASE_FIXTURE(CostTrial, "a resumed batch needs at most 64 bytes for each record of its report") {
    if (sanitized) return skip(needs_more);
    const std::string report = path("report.jsonl");
    REQUIRE(run_batch({"--report", report, "--", "true", ":::", "x"}).ending == exit_code(0));
    const auto small = lines(read_text(report));
    REQUIRE(small.size() == 3);
    const auto job = nlohmann::json::parse(small[1]);
    const auto key = job.at("key").get<std::string>();
    const long count = amount(20'000, 100'000);
    {
        std::ofstream out(report);
        out << small[0] << '\n';
        const auto at = small[1].find(key);
        for (long i = 0; i < count; ++i) {
            std::string line = small[1];
            std::string other = std::to_string(i * 7919 % 1'000'003);
            other.append(key, other.size());
            out << line.replace(at, key.size(), other) << '\n';
        }
    }
    const auto memory_with = [&](const Words& options) {
        Words words = options;
        words.insert(words.end(), {"-j1", "--", "echo"});
        auto setup = batch_of("1\n", words);
        setup.hold_input = true;
        auto process = start(setup);
        process.wait_for(
            "a job", [&] { return contains(process.out(), "1\n"); }, 60s);
        const long memory = resident_bytes(process.pid());
        process.close_input();
        CHECK(process.finish().ending == exit_code(0));
        return memory;
    };
    const long without = memory_with({});
    const long with = memory_with({"--resume", report});
    MESSAGE(count, " records: ", (with - without) / count, " bytes each");
    CHECK(with - without <= 64 * count + 512 * 1024);
}

TEST_SUITE_END();
