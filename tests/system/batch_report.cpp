// The report of `netrunner batch` as other programs read it, in all output modes, after a kill and in shards, and
// `netrunner report merge`. The last test of the run validates every line that is read here against its schema.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "batch_reports.hpp"
#include "batch_trial.hpp"
#include "proc_fs.hpp"

using namespace support;

namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

struct BatchReportTrial : BatchTrial {
    Result merge(Words arguments) {
        arguments.insert(arguments.begin(), {netrunner(), "report", "merge"});
        return complete(command(std::move(arguments)));
    }
};

/// The reasons of the jobs by their number.
Words reasons(const std::vector<Json>& lines) {
    auto jobs = of_type(lines, "job");
    std::ranges::sort(jobs, {}, [](const Json& job) { return job.at("number").get<int>(); });
    Words found;
    for (const Json& job : jobs) found.push_back(job.at("reason"));
    return found;
}

}  // namespace

TEST_SUITE_BEGIN("batch_report");

TEST_CASE_FIXTURE(BatchReportTrial, "in every output mode a line for each job is between a header and a trailer") {
    for (const char* mode : {"group", "ordered", "line", "files=out/{id}.{stream}", "null", "inherit"}) {
        CAPTURE(mode);
        const std::string report = path(std::string("report-").append(mode, 4) + ".jsonl");
        const auto result =
            complete(batch({"-j2", "-t", "0.3", "-k", "0", "--output-mode", mode, "--report", report, "--", "sh", "-c",
                            "echo $1; case $1 in b) exit 3;; c) kill -KILL $$;; d) sleep 60;; esac", "sh", ":::", "a",
                            "b", "c", "d"}));
        CHECK(result.ending == exit_code(1));
        const auto lines = batch_report(report);
        REQUIRE(lines.size() == 6);
        CHECK(lines.front().at("type") == "header");
        CHECK(lines.front().at("jobs") == 4);
        CHECK(lines.front().at("shard") == nullptr);
        CHECK(lines.front().at("resumed") == false);
        CHECK(reasons(lines) == Words{"exited", "exited", "signaled", "timeout"});
        CHECK(lines.back().at("type") == "trailer");
        CHECK(lines.back().at("status") == 1);
        CHECK(lines.back().at("counts").at("succeeded") == 1);
        CHECK(lines.back().at("counts").at("failed") == 3);
    }
    std::filesystem::remove_all(path("out"));
}

TEST_CASE_FIXTURE(BatchReportTrial, "a record that cannot be a job is a failed job with its line") {
    std::ofstream(path("jobs")) << R"({"command": ["true"], "id": "first", "stdin": "/dev/null"})"
                                << "\n\n"
                                << R"({"comand": ["true"]})" << '\n'
                                << "no JSON\n"
                                << R"({"command": ["true"], "id": "first"})" << '\n'
                                << R"({"command": ["no-such-program"], "slots": 2})" << '\n'
                                << R"({"command": ["true"], "pty": true})" << '\n';
    const std::string report = path("report.jsonl");
    const auto result = complete(batch({"-j1", "--jsonl", "-a", path("jobs"), "--report", report}));
    CHECK(result.ending == exit_code(1));
    const auto lines = batch_report(report);
    CHECK(reasons(lines) ==
          Words{"exited", "spawn-failed", "spawn-failed", "spawn-failed", "spawn-failed", "spawn-failed"});
    const auto message_of = [&](int number) {
        for (const Json& job : of_type(lines, "job"))
            if (job.at("number") == number) return job.at("message").get<std::string>();
        return std::string();
    };
    CHECK(message_of(2) == "line 3: unknown key 'comand': did you mean 'command'?");
    CHECK(message_of(3).starts_with("line 4: invalid JSON"));
    CHECK(message_of(4) == "line 5: id: 'first' was there before");
    CHECK(message_of(5) == "cannot run 'no-such-program': no such file or directory");
    CHECK(message_of(6) == "line 7: pty: a job of a batch has no terminal");
    CHECK(lines.front().at("jobs") == nullptr);
}

TEST_CASE_FIXTURE(BatchReportTrial, "the values of a job are in its line") {
    const std::string report = path("report.jsonl");
    CHECK(complete(batch({"--report", report, "-n", "2", "--", "true", ":::", "a", "b", "c"})).ending == exit_code(0));
    const auto jobs = of_type(batch_report(report), "job");
    REQUIRE(jobs.size() == 2);
    for (const Json& job : jobs)
        CHECK(job.at("record") == (job.at("number") == 1 ? Json::array({"a", "b"}) : Json::array({"c"})));
}

TEST_CASE_FIXTURE(BatchReportTrial, "the report of a killed batch is continued with a second header") {
    expect_strays();
    const std::string report = path("report.jsonl");
    Words words{"-j1", "--report", report, "--", "sh", "-c", "[ $1 != 2 ] || [ -e go ] || exec sleep 60", "sh", ":::"};
    words.insert(words.end(), {"1", "2", "3"});
    auto process = start(batch(words));
    process.wait_for("the first job", [&] {
        return std::filesystem::exists(report) && of_type(batch_report(report), "job").size() == 1;
    });
    process.signal(SIGKILL);
    process.finish();
    CHECK(nothing_left(10s));
    std::ofstream(report, std::ios::app) << R"({"type":"job","nu)";  // as if it had been killed in its write
    std::ofstream(path("go")) << "go";
    auto merged = merge({report});
    CHECK(merged.ending == exit_code(1));
    CHECK(contains(merged.err, "has no trailer: the batch is not finished (netrunner batch --resume " + report + ")"));

    words[1] = "--resume";
    const auto result = complete(batch(words));
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.err, "cut off a line of 17 bytes"));
    CHECK(contains(result.err, "2 succeeded, 0 failed, 1 skipped"));
    const auto lines = batch_report(report);
    CHECK(of_type(lines, "header").size() == 2);
    CHECK(of_type(lines, "header").back().at("resumed") == true);
    CHECK(of_type(lines, "job").size() == 3);
    CHECK(lines.back().at("counts").at("skipped") == 1);
    merged = merge({report});
    CHECK(merged.ending == exit_code(0));
    CHECK(merged.out == "3 jobs: 3 succeeded, 0 failed\n");
}

TEST_CASE_FIXTURE(BatchReportTrial, "the trailer says how many jobs were not started, if that can be known") {
    const Words halt{"-j1", "--halt", "soon", "--report", path("known.jsonl"), "--", "sh", "-c", "exit $1", "sh"};
    Words words = halt;
    words.insert(words.end(), {":::", "0", "1", "2", "3", "4"});
    auto result = complete(batch(words));
    CHECK(result.ending == exit_code(1));
    CHECK(contains(result.err, "1 succeeded, 1 failed, 3 not started"));
    CHECK(batch_report(path("known.jsonl")).back().at("counts").at("not_started") == 3);
    CHECK(contains(merge({path("known.jsonl")}).err, "3 jobs were not started"));

    words = halt;
    words[4] = path("open.jsonl");
    auto setup = batch(words);
    setup.in = piped();
    setup.input = "1\n";
    setup.hold_input = true;
    result = complete(setup);
    CHECK(result.ending == exit_code(1));
    CHECK(batch_report(path("open.jsonl")).back().at("counts").at("not_started") == nullptr);
    CHECK(merge({path("open.jsonl")}).ending == exit_code(1));
}

TEST_CASE_FIXTURE(BatchReportTrial, "the counts of the trailer add up to the records, also after a halt") {
    const std::string report = path("report.jsonl");
    const auto counts = [&] { return batch_report(report).back().at("counts"); };
    const Words jobs{"--", "sh", "-c", "[ $1 != 2 ] && [ $1 != 7 ]", "sh", ":::", "1", "2", "3", "4", "5",
                     "6",  "7",  "8"};
    const auto run = [&](Words words) {
        words.insert(words.end(), jobs.begin(), jobs.end());
        return complete(batch(words));
    };
    run({"-j1", "--report", report});
    CHECK(counts() == Json{{"succeeded", 6}, {"failed", 2}, {"skipped", 0}, {"not_started", 0}});
    auto result = run({"-j1", "--halt", "soon", "--resume", report});
    CHECK(counts() == Json{{"succeeded", 0}, {"failed", 1}, {"skipped", 6}, {"not_started", 1}});
    CHECK(contains(result.err, "0 succeeded, 1 failed, 6 skipped, 1 not started"));
    // The records of a JUnit file add up as well.
    result = run({"-j1", "--halt", "now", "--resume", report, "--junit", path("junit.xml")});
    CHECK(counts() == Json{{"succeeded", 0}, {"failed", 1}, {"skipped", 6}, {"not_started", 1}});
    CHECK(contains(read_text(path("junit.xml")), "tests=\"7\" failures=\"1\" errors=\"0\" skipped=\"6\""));

    // Of a shard, its own records count.
    std::filesystem::remove(report);
    run({"-j1", "--shard", "2/2", "--report", report});
    CHECK(counts() == Json{{"succeeded", 3}, {"failed", 1}, {"skipped", 0}, {"not_started", 0}});
    run({"-j1", "--shard", "2/2", "--halt", "soon", "--resume", report});
    CHECK(counts() == Json{{"succeeded", 0}, {"failed", 1}, {"skipped", 3}, {"not_started", 0}});

    // Where the input has no end, the number is not known, and the trailer says that.
    auto setup = batch({"-j1", "--halt", "soon", "--report", path("open.jsonl"), "--", "sh", "-c", "exit $1", "sh"});
    setup.in = piped();
    setup.input = "0\n1\n0\n";
    setup.hold_input = true;
    CHECK(complete(setup).ending == exit_code(1));
    CHECK(batch_report(path("open.jsonl")).back().at("counts") ==
          Json{{"succeeded", 1}, {"failed", 1}, {"skipped", 0}, {"not_started", nullptr}});
}

TEST_CASE_FIXTURE(BatchReportTrial, "report merge joins shards, and names the missing one") {
    for (const char* kind : {"", "hash:"}) {
        CAPTURE(kind);
        Words reports;
        for (const char* shard : {"1/3", "2/3", "3/3"}) {
            reports.push_back(path(std::string("report-") + shard[0] + ".jsonl"));
            std::filesystem::remove(reports.back());
            const auto result =
                complete(batch({"-j2", "--shard", std::string(kind) + shard, "--report", reports.back(), "--", "sh",
                                "-c", "exit $(($1 / 7))", "sh", ":::", "1", "2", "3", "4", "5", "6", "7"}));
            CHECK(result.left.empty());
            const auto lines = batch_report(reports.back());
            CHECK(lines.front().at("shard") == std::string(kind) + shard);
            CHECK(lines.front().at("jobs") == 7);
        }
        const std::string junit = path("junit.xml");
        Words words = reports;
        words.insert(words.begin(), {"--junit", junit});
        const auto whole = merge(words);
        CHECK(whole.ending == exit_code(0));
        CHECK(whole.out == "7 jobs: 6 succeeded, 1 failed\nfailed: 7 sh -c exit $(($1 / 7)) sh 7: exited with 1\n");
        CHECK(whole.err.empty());
        CHECK(contains(read_text(junit), "tests=\"7\""));
        CHECK(contains(read_text(junit), "failures=\"1\""));

        const auto missing = merge({reports[0], reports[2]});
        CHECK(missing.ending == exit_code(1));
        CHECK(missing.err == "netrunner: no report of shard 2/3\n");
    }
}

TEST_CASE_FIXTURE(BatchReportTrial, "report merge refuses what is no report of the batch") {
    std::ofstream(path("log")) << "hello\n";
    auto result = merge({path("log")});
    CHECK(result.ending == exit_code(125));
    CHECK(result.err == "netrunner: '" + path("log") + "' is no report of a batch: line 1: it is no JSON object\n");
    result = merge({path("none")});
    CHECK(result.ending == exit_code(125));
    CHECK(contains(result.err, "no such file or directory"));
    CHECK(merge({}).ending == exit_code(125));
}

TEST_SUITE_END();
