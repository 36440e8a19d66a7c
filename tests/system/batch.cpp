// `netrunner batch`: many sessions in one process. What becomes of output, of reports, and of the other jobs when a
// helper of one job is killed. (docs/decisions/0044)
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "batch_trial.hpp"
#include "proc_fs.hpp"

using namespace support;

namespace {

pid_t parent_of(pid_t pid) { return std::stoi(status_field(pid, "PPid")); }

struct LostTrial : BatchTrial {
    /// Three jobs; each writes the pids of its shell and of a process in a session of its own, and waits. The helpers
    /// of job 2 are killed as `kill_helpers` does, then the others are let go.
    template <class Kill>
    void check_lost(Kill kill_helpers) {
        const std::string report = path("report.jsonl");
        auto process = start(batch({"-j3", "-k", "1", "--report", report, "--", "sh", "-c",
                                    "setsid sleep 60 & echo $$ >pid.$1; until [ -e go ]; do sleep 0.05; done; "
                                    "kill $!; echo done $1",
                                    "sh", ":::", "1", "2", "3"}));
        const auto pid_in = [&](const std::string& file) {
            std::ifstream stream(path(file));
            pid_t pid = 0;
            stream >> pid;
            return pid;
        };
        process.wait_for("all jobs", [&] { return pid_in("pid.1") > 0 && pid_in("pid.2") > 0 && pid_in("pid.3") > 0; });
        const pid_t command = pid_in("pid.2");
        const pid_t guard = parent_of(command);
        kill_helpers(parent_of(guard), guard);
        process.wait_for("the end of the lost job", [&] { return jobs_reported(report) == 1; });
        CHECK(!is_running(command));
        CHECK(is_running(pid_in("pid.1")));
        CHECK(is_running(pid_in("pid.3")));
        let_go();
        const auto result = process.finish();
        CHECK(result.ending == exit_code(125));
        CHECK(result.left.empty());
        auto out = lines(result.out);
        std::ranges::sort(out);
        CHECK(out == std::vector<std::string>{"done 1", "done 3"});
        const auto jobs = reported(report, "job");
        REQUIRE(jobs.size() == 3);
        for (const auto& job : jobs) CHECK(job.at("reason") == (job.at("number") == 2 ? "lost" : "exited"));
        CHECK(reported(report, "trailer").size() == 1);
    }
};

}  // namespace

TEST_SUITE_BEGIN("batch");

TEST_CASE_FIXTURE(BatchTrial, "each record of the input is a job, and the status says whether one failed") {
    auto setup = batch_of("1\n2\n",
                          {"-j2", "--output-mode", "ordered", "--", "sh", "-c", "echo job $1; exit $(($1 / 3))", "sh"});
    auto result = complete(setup);
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "job 1\njob 2\n");
    setup.input = "1\n2\n3\n";
    result = complete(setup);
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "job 1\njob 2\njob 3\n");
    CHECK(contains(result.err, "netrunner: 2 succeeded, 1 failed\n"));
    CHECK(contains(result.err, "the first failure: job 3: "));
}

TEST_CASE_FIXTURE(BatchTrial, "an empty input is a success, and a line says so") {
    const auto result = complete(batch({"--", "false"}));
    CHECK(result.ending == exit_code(0));
    CHECK(result.err == "netrunner: there was nothing to do: the input has no record\n");
}

TEST_CASE_FIXTURE(BatchTrial, "no more than -j jobs run at once") {
    const auto result = complete(batch({"-j2", "--output-mode", "line", "--", "sh", "-c",
                                        "mkdir -p run/$1; ls run | wc -l; sleep 0.05; rmdir run/$1", "sh", ":::", "1",
                                        "2", "3", "4", "5", "6"}));
    CHECK(result.ending == exit_code(0));
    CHECK(lines(result.out).size() == 6);
    for (const std::string& line : lines(result.out)) CHECK(std::stoi(line) <= 2);
    CHECK(complete(command({"/bin/rm", "-r", "run"})).ending == exit_code(0));
}

TEST_CASE_FIXTURE(BatchTrial, "in the modes group and ordered the output of a job stays together") {
    for (const char* mode : {"group", "ordered"}) {
        CAPTURE(mode);
        const auto result = complete(
            batch({"-j4", "--output-mode", mode, "--", "sh", "-c", "for i in 1 2 3 4; do echo $1; sleep 0.01; done",
                   "sh", ":::", "1", "2", "3", "4", "5", "6"}));
        CHECK(result.ending == exit_code(0));
        const auto out = lines(result.out);
        REQUIRE(out.size() == 24);
        for (std::size_t i = 0; i < out.size(); ++i) {
            CHECK(out[i] == out[i / 4 * 4]);
            if (std::string(mode) == "ordered") CHECK(out[i] == std::to_string(i / 4 + 1));
        }
    }
}

TEST_CASE_FIXTURE(BatchTrial, "no mode breaks a line") {
    const std::string script = "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 20000 /dev/zero | tr '\\0' $1; echo; done";
    for (const char* mode : {"group", "ordered", "line"}) {
        CAPTURE(mode);
        const auto result = complete(batch(
            {"-j4", "--tag=<{}>", "--output-mode", mode, "--", "sh", "-c", script, "sh", ":::", "a", "b", "c", "d"}));
        CHECK(result.ending == exit_code(0));
        const auto out = lines(result.out);
        CHECK(out.size() == 40);
        for (const std::string& line : out) {
            REQUIRE(line.size() == 20003);
            CHECK((line == "<" + line.substr(1, 1) + ">" + std::string(20000, line[1])));
        }
    }
}

TEST_CASE_FIXTURE(BatchTrial, "in the mode line an unfinished line is ended after a second of silence") {
    auto process = start(batch({"-j2", "--output-mode", "line", "--", "sh", "-c",
                                "printf $1; until [ -e go ]; do sleep 0.05; done", "sh", ":::", "x"}));
    process.wait_for_output("x\n");
    let_go();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(BatchTrial, "output that waits is complete, whatever does not fit into memory") {
    // Job 1 keeps the floor until the others are held up or done.
    const auto result = complete(
        batch({"-j3", "--output-mode", "ordered", "--spill-max", "1M", "--", "sh", "-c",
               "if [ $1 = 1 ]; then sleep 1; echo 1; else yes $1 | head -c 6000000; fi", "sh", ":::", "1", "2", "3"}));
    CHECK(result.ending == exit_code(0));
    std::string expected = "1\n";
    for (const char* word : {"2\n", "3\n"}) {
        for (int i = 0; i < 3000000; ++i) expected += word;
    }
    CHECK((result.out == expected));
}

TEST_CASE_FIXTURE(LostTrial, "if the guard of one job is killed, that job alone is lost") {
    check_lost([](pid_t, pid_t guard) { ::kill(guard, SIGKILL); });
}

TEST_CASE_FIXTURE(LostTrial, "if the shepherd of one job is killed, that job alone is lost") {
    check_lost([](pid_t shepherd, pid_t) { ::kill(shepherd, SIGKILL); });
}

TEST_CASE_FIXTURE(LostTrial, "if both helpers of one job are killed, that job alone is lost") {
    check_lost([](pid_t shepherd, pid_t guard) {
        ::kill(shepherd, SIGKILL);
        ::kill(guard, SIGKILL);
    });
    std::filesystem::remove(path("go"));
    for (const char* file : {"pid.1", "pid.2", "pid.3", "report.jsonl"}) std::filesystem::remove(path(file));
    check_lost([](pid_t shepherd, pid_t guard) {
        ::kill(guard, SIGKILL);
        ::kill(shepherd, SIGKILL);
    });
}

TEST_CASE_FIXTURE(BatchTrial, "an order to end stops all jobs, and netrunner dies of the signal") {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        auto process =
            start(batch({"-j3", "--output-mode", "line", "--", "sh", "-c",
                         "trap '' HUP; setsid sleep 60 & echo ready; wait", "sh", ":::", "1", "2", "3", "4"}));
        process.wait_for("three jobs", [&] { return lines(process.out()).size() == 3; });
        process.signal(signal);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(signal));
        CHECK(result.left.empty());
        CHECK(lines(result.out).size() == 3);
    }
}

TEST_CASE_FIXTURE(BatchTrial, "a second order kills at once what ignores the first") {
    auto process =
        start(batch({"-j3", "-k", "60", "--output-mode", "line", "--", "sh", "-c",
                     "trap '' INT TERM; echo ready; while :; do sleep 1; done", "sh", ":::", "1", "2", "3"}));
    process.wait_for("three jobs", [&] { return lines(process.out()).size() == 3; });
    process.signal(SIGINT);
    // Two signals within 10 ms are one order.
    const auto first = Clock::now();
    process.wait_for("20 ms", [&] { return Clock::now() - first > 20ms; });
    process.signal(SIGINT);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGINT));
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(BatchTrial, "SIGKILL of netrunner leaves nothing of any job") {
    expect_strays();
    auto process = start(
        batch({"-j5", "-k", "1", "--output-mode", "line", "--", "sh", "-c",
               "trap '' TERM; setsid sleep 60 & echo ready; wait; sleep 60", "sh", ":::", "1", "2", "3", "4", "5"}));
    process.wait_for("five jobs", [&] { return lines(process.out()).size() == 5; });
    process.signal(SIGKILL);
    process.finish();
    CHECK(nothing_left(4s));
}

TEST_CASE_FIXTURE(BatchTrial, "--halt") {
    auto result =
        complete(batch({"-j1", "--halt", "soon", "--", "sh", "-c", "echo $1; exit 1", "sh", ":::", "1", "2"}));
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "1\n");
    result = complete(batch(
        {"-j2", "--halt", "now", "--", "sh", "-c", "[ $1 = 1 ] || exec sleep 60; exit 3", "sh", ":::", "1", "2", "3"}));
    CHECK(result.ending == exit_code(1));
    CHECK(contains(result.err, "0 succeeded, 2 failed"));
}

TEST_CASE_FIXTURE(BatchTrial, "--batch-timeout stops all jobs with status 124") {
    const auto result = complete(batch({"-j2", "--batch-timeout", "0.3", "--", "sleep", ":::", "60", "61", "62"}));
    CHECK(result.ending == exit_code(124));
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(BatchTrial, "a killed batch is resumed, and what has succeeded is not run again") {
    const std::string report = path("report.jsonl");
    expect_strays();
    const std::vector<std::string> jobs{"-j1", "--",  "sh", "-c", "echo $1 >>ran; [ $1 != 3 ] || [ -e go ] || sleep 60",
                                        "sh",  ":::", "1",  "2",  "3",
                                        "4"};
    auto first = jobs;
    first.insert(first.begin(), {"--report", report});
    auto process = start(batch(first));
    process.wait_for("two jobs", [&] { return jobs_reported(report) == 2; });
    process.signal(SIGKILL);
    process.finish();
    let_go();
    CHECK(complete(batch(first)).ending == exit_code(125));  // the file exists
    auto again = jobs;
    again.insert(again.begin(), {"--resume", report});
    const auto result = complete(batch(again));
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.err, "2 succeeded, 0 failed, 2 skipped"));
    CHECK(jobs_reported(report) == 4);
    CHECK(reported(report, "header").size() == 2);
    std::ifstream ran(path("ran"));
    std::string all;
    for (std::string line; std::getline(ran, line);) all += line;
    CHECK((all == "1234" || all == "12334"));
}

TEST_CASE_FIXTURE(BatchTrial, "a batch whose output has lost its reader ends") {
    auto process = start(batch({"-j2", "--", "yes", ":::", "1", "2", "3"}));
    process.wait_for_output("\n");
    process.stop_reading_output();
    const auto result = process.finish();
    CHECK(result.left.empty());
}
