#include "src/pages/report_reader.hpp"

#include <doctest/doctest.h>

#include "made_report.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("report_reader");

TEST_CASE("the report of a run is read, on one line and on many") {
    for (const int indent : {-1, 2}) {
        const auto run = std::get<ShownRun>(read_back(sampled_report().dump(indent) + "\n").content);
        CHECK(run.command == std::vector<std::string>{"make", "-j2"});
        CHECK(run.status == 0);
        CHECK(run.wall == 10);
        CHECK(run.cpu() == 10);
        CHECK(run.started_at == doctest::Approx(1767323045.5));
        CHECK(run.timeline.value().rows.size() == 4);
        CHECK(run.timeline->processors == 2);
        CHECK(run.processes.size() == 3);
        CHECK(run.processes[1].parent == 10);
        CHECK(run.processes[2].has_failed());
        CHECK(run.cpu_coverage == 0.96);
    }
}

TEST_CASE("what is not known is empty, and fields that are not known are ignored") {
    MadeJson report = made_report();
    report["new"] = {{"deep", {1, 2, 3}}};
    report["timeline"] = nullptr;
    report["processes"] = nullptr;
    const ShownRun run = run_of(report);
    CHECK(!run.timeline);
    CHECK(run.processes.empty());
    CHECK(!run.memory_limit);
    CHECK(run.stop_cause.empty());
}

TEST_CASE("a field of another type is not known") {
    MadeJson report = sampled_report();
    report["command"] = "make";
    report["time"] = "long";
    report["memory"]["peak"] = "much";
    report["stop"] = 7;
    report["started_at"] = "yesterday";
    report["timeline"]["rows"][0] = "row";
    report["timeline"]["rows"][1][2] = {};
    report["processes"]["list"][0]["start"] = nullptr;
    report["processes"]["list"][1]["pid"] = 1.5;
    report["processes"]["list"][2]["command"] = nullptr;
    report["orphans"] = {1, "two", nullptr};
    const ShownRun run = run_of(report);
    CHECK(run.command.empty());
    CHECK(!run.wall);
    CHECK(!run.memory_peak);
    CHECK(!run.started_at);
    CHECK(run.timeline.value().rows.size() == 3);
    CHECK(!run.timeline->rows[0].memory);
    CHECK(run.processes.size() == 2);
    CHECK(run.processes[0].pid == 0);
    CHECK(run.processes[1].command == "?");
    CHECK(run.orphans.empty());
}

TEST_CASE("numbers that no run can have are not known") {
    MadeJson report = sampled_report();
    report["time"]["wall"] = 1e308;
    report["time"]["user"] = -1;
    report["timeline"]["rows"][1][2] = 1e300;
    report["timeline"]["rows"][2][0] = -5;
    report["timeline"]["rows"][3][1] = -1;
    report["processes"]["list"][0]["start"] = 1e17;
    report["processes"]["list"][1]["end"] = 0;
    report["started_at"] = "9999-01-01T00:00:00Z";
    const ShownRun run = run_of(report);
    CHECK(!run.wall);
    CHECK(!run.user);
    CHECK(!run.started_at);
    CHECK(run.timeline.value().rows.size() == 3);
    CHECK(!run.timeline->rows[1].memory);
    CHECK(!run.timeline->rows[2].cpu);
    CHECK(run.processes.size() == 2);
    CHECK(run.processes[0].end == run.processes[0].start);
}

TEST_CASE("rows go forward and sums do not fall") {
    MadeJson report = sampled_report();
    report["timeline"]["rows"] = {{1, 1, 5}, {1, 9, 9}, {0.5, 9, 9}, {2, 0.5, 5}, {3, 2, 5}};
    const auto rows = run_of(report).timeline.value().rows;
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].from == 1);
    CHECK(rows[1].to == 2);
    CHECK(rows[1].cpu == 1);
    CHECK(rows[2].cpu == 2);
}

TEST_CASE("limits are found in 'limits', else in the control group") {
    MadeJson report = made_report();
    report["cgroup"] = {{"limits", {{"memory.max", 1000}, {"pids.max", "max"}}}};
    CHECK(run_of(report).memory_limit == 1000);
    CHECK(!run_of(report).process_limit);
    report["limits"] = {{"timeout", 30}, {"memory", 500}, {"processes", nullptr}, {"cpu_time", 9}};
    CHECK(run_of(report).memory_limit == 500);
    CHECK(run_of(report).timeout == 30);
    CHECK(run_of(report).cpu_limit == 9);
}

TEST_CASE("with attempts, all times count from the start of the first one") {
    MadeJson report = sampled_report();
    report["attempts"] = MadeJson::parse(R"([
        {"reason":"timeout","status":124,"started_at":"2026-01-02T03:04:01.500000Z","wall":3},
        {"reason":"timeout","status":124,"started_at":"2026-01-02T03:04:05.500000Z","wall":10}])");
    report["stop"] = {{"cause", "timeout"}, {"steps", {{{"signal", "SIGTERM"}, {"after", 9}, {"to", "tree"}}}}};
    const ShownRun run = run_of(report);
    CHECK(run.last_start == doctest::Approx(4));
    CHECK(run.steps.at(0).after == doctest::Approx(13));
    CHECK(run.length() == doctest::Approx(14));
}

TEST_CASE("what is no report is refused with a reason") {
    CHECK(refusal_of("") == "'made.json' is no report of netrunner: it is empty");
    CHECK(refusal_of("\n \n") == "'made.json' is no report of netrunner: it is empty");
    CHECK(refusal_of("hello\n") ==
          "'made.json' is no report of netrunner: it is no JSON object, or only the beginning of one");
    CHECK(refusal_of("[1]") == refusal_of("hello"));
    CHECK(refusal_of("{}") == "'made.json' is no report of netrunner: it has no 'schema'");
    CHECK(refusal_of(R"({"schema":2,"status":0})") ==
          "'made.json' is no report of netrunner: its schema is 2, and this version of netrunner reads 1");
    CHECK(refusal_of(R"({"schema":1})") == "'made.json' is no report of netrunner: it has no 'status' from 0 to 255");
    CHECK(refusal_of(R"({"schema":1,"status":256})") == refusal_of(R"({"schema":1})"));
    const std::string whole = sampled_report().dump(2);
    for (const std::size_t size : {whole.size() / 2, whole.size() - 1})
        CHECK(refusal_of(whole.substr(0, size)) == refusal_of("hello"));
    CHECK(refusal_of(std::string("{\"schema\":\0 1}", 14)) == refusal_of("hello"));
    CHECK(refusal_of("{\"schema\":1,\"status\":0,\"message\":\"\xff\"}") == refusal_of("hello"));
}

TEST_CASE("an object of more than 64 MiB is refused") {
    const std::string line = "\"" + std::string(1 << 20, 'a') + "\",\n";
    std::string text = "{\"schema\":1,\"status\":0,\"x\":[\n";
    for (int i = 0; i < 70; ++i) text += line;
    CHECK(refusal_of(text) == "'made.json' is no report of netrunner: it is larger than 64 MiB");
}

TEST_CASE("an endless line is refused") {
    const auto zeros = [](std::span<std::byte> room) -> IoResult {
        std::ranges::fill(room, std::byte{0});
        return {.status = IoResult::Status::moved, .bytes = room.size()};
    };
    CHECK_THROWS_WITH_AS(read_report(zeros, "zero"), "'zero' is no report of netrunner: it is larger than 64 MiB",
                         UsageError);
}

TEST_CASE("many nested arrays are no trouble") {
    const std::string deep =
        R"({"schema":1,"status":0,"x":)" + std::string(300'000, '[') + std::string(300'000, ']') + "}";
    CHECK(refusal_of(deep).empty());
}

TEST_CASE("the report of a batch is read line by line, in the order of the jobs") {
    const std::string lines =
        made_header + made_job(2, "b", 1).dump() + "\n" + made_job(1, "a", 0).dump() + "\n" + made_trailer;
    const ShownBatch batch = batch_of(lines);
    REQUIRE(batch.jobs.size() == 2);
    CHECK(batch.jobs[0].name() == "r1");
    CHECK(batch.failed() == 1);
    CHECK(batch.status == 1);
    CHECK(batch.argv.size() == 4);
    CHECK(batch.begin() == doctest::Approx(1767323045));
}

TEST_CASE("a job that was run again counts with its last end") {
    const std::string lines = made_header + made_job(1, "a", 1).dump() + "\n" + made_job(2, "a", 1).dump() + "\n" +
                              made_header + made_job(1, "a", 0).dump() + "\n" + made_trailer;
    const ShownBatch batch = batch_of(lines);
    CHECK(batch.jobs.size() == 2);
    CHECK(batch.failed() == 1);
}

TEST_CASE("a batch that goes on has no status, and its last line may be cut") {
    const std::string job = made_job(1, "a", 0).dump();
    const ShownBatch batch = batch_of(made_header + job + "\n" + job.substr(0, 50));
    CHECK(batch.jobs.size() == 1);
    CHECK(!batch.status);
}

TEST_CASE("jobs without a header are a batch: a part that another program has chosen") {
    const ShownBatch batch = batch_of(made_job(7, "a", 3).dump() + "\n");
    REQUIRE(batch.jobs.size() == 1);
    CHECK(batch.jobs[0].number == 7);
}

TEST_CASE("a wrong line of a batch is named") {
    const std::string job = made_job(1, "a", 0).dump() + "\n";
    CHECK(refusal_of(made_header + job + "nonsense\n" + job) ==
          "'made.json' is no report of netrunner: line 3: it is no JSON object");
    CHECK(refusal_of(made_header + std::string("{\"type\":\"x\"}\n")) ==
          "'made.json' is no report of netrunner: line 2: it is no line of a batch's report");
    CHECK(refusal_of("{\"type\":\"header\",\"schema\":9}\n") ==
          "'made.json' is no report of netrunner: line 1: its schema is not 1, which this version of netrunner reads");
}

TEST_SUITE_END();
