// The jobs of `netrunner batch`: attempts with --retries, control groups, and what ends a job that waits.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "batch_trial.hpp"
#include "cgroup_dir.hpp"
#include "proc_fs.hpp"
#include "terminal_shell.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct JobsTrial : BatchTrial {
    Setup jsonl(Words arguments, const std::string& records) const {
        arguments.insert(arguments.begin(), "--jsonl");
        return batch_of(records, std::move(arguments));
    }

    // The objects of the given type in the report `report`.
    std::vector<nlohmann::json> reported(const std::string& type) { return BatchTrial::reported(path("report"), type); }
    nlohmann::json job(int number) { return job_in(path("report"), number); }
    nlohmann::json counts() { return reported("trailer").at(0).at("counts"); }

    // A batch of one job that has failed once and tries again in an hour, with a second job that has ended.
    Process start_waiting(Words more = {}) {
        Words words{"-v", "-j1", "--report", path("report"), "--retries", "5", "--retry-delay", "1h"};
        words.insert(words.end(), more.begin(), more.end());
        words.insert(words.end(), {"--", "sh", "-c", "exit $1", "sh", ":::", "2", "0"});
        auto process = start(batch(words));
        process.wait_for("the end of the other job",
                         [&] { return contains(process.err(), "trying again in 1h") && reported("job").size() == 1; });
        return process;
    }
};

// A script that fails until it has run `times` times as job $1, and prints the number of each time.
std::string counting(int times) {
    return "echo x >>runs.$1; n=$(($(wc -l <runs.$1))); echo $1 $n; test $n -ge " + std::to_string(times) +
           " || exit 2";
}

}  // namespace

TEST_SUITE_BEGIN("batch_jobs");

// ---- retries

TEST_CASE_FIXTURE(JobsTrial, "a job that fails is run again until it succeeds, and counts once") {
    for (const char* each : {"runs.a", "runs.b"}) path(each);
    const auto result =
        complete(batch({"-j2", "--report", path("report"), "--output-mode", "ordered", "--retries", "3",
                        "--retry-delay", "10ms", "--", "sh", "-c", counting(3), "sh", ":::", "a", "b"}));
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "a 1\na 2\na 3\nb 1\nb 2\nb 3\n");
    CHECK(contains(result.err, "netrunner: 2 succeeded, 0 failed\n"));
    CHECK(counts().at("succeeded") == 2);
    CHECK(counts().at("failed") == 0);
    CHECK(reported("job").size() == 2);
    for (const int number : {1, 2}) {
        const auto attempts = job(number).at("attempts");
        REQUIRE(attempts.size() == 3);
        CHECK(attempts[0].at("exit_code") == 2);
        CHECK(attempts[0].at("status") == 2);
        CHECK(attempts[2].at("status") == 0);
        CHECK(attempts[0].at("ended_at") <= attempts[1].at("started_at"));
        CHECK(job(number).at("status") == 0);
    }
}

TEST_CASE_FIXTURE(JobsTrial, "after the last attempt the job has failed, and its report says so") {
    path("runs.a");
    const auto result = complete(batch({"--report", path("report"), "--retries", "1", "--retry-delay", "0", "--", "sh",
                                        "-c", counting(9), "sh", ":::", "a"}));
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "a 1\na 2\n");
    CHECK(counts().at("failed") == 1);
    CHECK(job(1).at("attempts").size() == 2);
    CHECK(job(1).at("exit_code") == 2);
    CHECK(contains(result.err, "0 succeeded, 1 failed"));
}

TEST_CASE_FIXTURE(JobsTrial, "a record has --retries of its own") {
    path("runs.a");
    const std::string script = nlohmann::json(counting(2)).dump();
    const auto result = complete(
        jsonl({"-j1", "--report", path("report")},
              R"({"command": ["sh", "-c", )" + script +
                  R"(, "sh", "a"], "retries": 2, "retry_delay": "0", "retry_on": "exit:2"})"
                  "\n"
                  R"({"command": ["sh", "-c", "exit 3"], "retries": 2, "retry_delay": "0", "retry_on": "exit:2"})"
                  "\n"
                  R"({"command": ["false"], "retry_delay": "0"})"
                  "\n"));
    CHECK(result.ending == exit_code(1));
    CHECK(job(1).at("attempts").size() == 2);
    CHECK(job(1).at("status") == 0);
    CHECK(job(2).at("attempts").size() == 1);
    CHECK(job(3).at("reason") == "spawn-failed");
    CHECK(contains(job(3).at("message").get<std::string>(), "--retry-delay needs --retries"));
}

TEST_CASE_FIXTURE(JobsTrial, "what no job could open is refused before the first one starts") {
    const auto refused = [&](const Words& options) {
        auto words = options;
        words.insert(words.end(), {"--report", path("report"), "--", "echo", ":::", "a", "b"});
        const auto result = complete(batch(words));
        CHECK(result.ending == exit_code(125));
        CHECK(result.out.empty());
        CHECK(std::ranges::count(result.err, '\n') == 1);
        CHECK(!std::filesystem::exists(path("report")));
        return result.err;
    };
    CHECK(contains(refused({"--chdir", "/missing"}), "cannot change directory to '/missing': no such file"));
    CHECK(contains(refused({"--stdin", "/missing"}), "cannot open '/missing': no such file"));
}

TEST_CASE_FIXTURE(JobsTrial, "an attempt of a job begins when no process of the one before is left") {
    for (const char* each : {"pid", "second"}) path(each);
    const std::string script =
        "if [ -e pid ]; then : >second; kill -0 $(cat pid) 2>/dev/null && exit 9; exit 0; fi; "
        "(trap '' TERM; exec sleep 60) & echo $! >pid; exit 1";
    const auto result = complete(batch({"--retries", "1", "--retry-delay", "0", "-k", "200ms", "--report",
                                        path("report"), "--", "sh", "-c", script, "sh", ":::", "a"}));
    CHECK(result.ending == exit_code(0));
    CHECK(std::filesystem::exists(path("second")));
    CHECK(job(1).at("attempts").size() == 2);
}

TEST_CASE_FIXTURE(JobsTrial, "a job that waits for its next attempt gives its slot to others, and then goes first") {
    for (const char* each : {"runs.a", "go", "order"}) path(each);
    // Job a fails once; job b runs during its delay; the second attempt of a comes before job c.
    const std::string script =
        "echo $1 >>order; case $1 in a) echo x >>runs.a; [ $(wc -l <runs.a) = 2 ] || exit 1;; "
        "b) until [ -e go ]; do sleep 0.02; done;; esac";
    auto process = start(batch({"-v", "-j1", "--retries", "1", "--retry-delay", "300ms", "--", "sh", "-c", script, "sh",
                                ":::", "a", "b", "c"}));
    const auto order = [&] { return text_of("order"); };
    process.wait_for("job b", [&] { return order() == "a\nb\n"; });
    const auto now = Clock::now();
    process.wait_for("the end of the delay", [&] { return Clock::now() - now > 400ms; });
    CHECK(order() == "a\nb\n");
    let_go();
    CHECK(process.finish().ending == exit_code(0));
    CHECK(order() == "a\nb\na\nc\n");
}

TEST_CASE_FIXTURE(JobsTrial, "the output of all attempts is in order, and the next attempt begins a line") {
    path("runs.a");
    const std::string script = "printf 'one\\ntwo'; echo x >>runs.a; [ $(wc -l <runs.a) = 2 ] || exit 1";
    for (const char* mode : {"group", "ordered", "line"}) {
        CAPTURE(mode);
        std::filesystem::remove(path("runs.a"));
        const auto result = complete(batch({"--tag", "--output-mode", mode, "--retries", "1", "--retry-delay", "0",
                                            "--", "sh", "-c", script, "sh", ":::", "a"}));
        CHECK(result.ending == exit_code(0));
        CHECK(result.out == "1\tone\n1\ttwo\n1\tone\n1\ttwo\n");
    }
    std::filesystem::remove(path("runs.a"));
    const auto result =
        complete(batch({"--retries", "1", "--retry-delay", "0", "--", "sh", "-c", script, "sh", ":::", "a"}));
    CHECK(result.out == "one\ntwoone\ntwo");
}

TEST_CASE_FIXTURE(JobsTrial, "a file of a job's output keeps what earlier attempts have written") {
    for (const char* each : {"runs.a", "a.log"}) path(each);
    write("a.log", "of an earlier batch");
    const auto result = complete(batch({"--output-mode", "files={}.log", "--retries", "2", "--retry-delay", "0", "--",
                                        "sh", "-c", counting(3), "sh", ":::", "a"}));
    CHECK(result.ending == exit_code(0));
    CHECK(text_of("a.log") == "a 1\na 2\na 3\n");
}

TEST_CASE_FIXTURE(JobsTrial,
                  "--show failed shows all attempts of a job that has failed, and no attempt of a job that has not") {
    for (const char* each : {"runs.a", "runs.b"}) path(each);
    const std::string script =
        "echo x >>runs.$1; n=$(($(wc -l <runs.$1))); echo $1 $n; [ $1 = b ] && [ $n = 2 ] || exit 1";
    const auto result = complete(batch({"-j1", "--show", "failed", "--retries", "1", "--retry-delay", "0", "--", "sh",
                                        "-c", script, "sh", ":::", "a", "b"}));
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "a 1\na 2\n");
}

TEST_CASE_FIXTURE(JobsTrial, "an order to end, --halt now and --batch-timeout end a job that waits for an attempt") {
    SUBCASE("SIGTERM") {
        auto process = start_waiting();
        process.signal(SIGTERM);
        CHECK(process.finish().ending == killed_by(SIGTERM));
    }
    SUBCASE("SIGINT") {
        auto process = start_waiting();
        process.signal(SIGINT);
        CHECK(process.finish().ending == killed_by(SIGINT));
        CHECK(job(1).at("status") == 128 + SIGINT);
    }
    SUBCASE("--batch-timeout") {
        auto process = start_waiting({"--batch-timeout", "2"});
        CHECK(process.finish().ending == exit_code(124));
    }
    SUBCASE("--halt now") {
        const auto result = complete(
            batch({"-j1", "--halt",     "now",    "--report", path("report"), "--retries", "1",       "--retry-delay",
                   "1h",  "--retry-on", "exit:2", "--",       "sh",           "-c",        "exit $1", "sh",
                   ":::", "2",          "3",      "0"}));
        CHECK(result.ending == exit_code(1));
        CHECK(job(2).at("status") == 3);
        CHECK(reported("job").size() == 2);
    }
    CHECK(job(1).at("reason") == "cancelled");
    CHECK(job(1).at("attempts").size() == 1);
    CHECK(job(1).at("attempts")[0].at("reason") == "exited");
}

TEST_CASE_FIXTURE(JobsTrial, "SIGUSR2 and --halt soon let a job that has begun have its attempts") {
    path("runs.a");
    SUBCASE("SIGUSR2") {
        auto process = start(batch({"-v", "-j1", "--report", path("report"), "--retries", "1", "--retry-delay", "500ms",
                                    "--", "sh", "-c", counting(2), "sh", ":::", "a"}));
        process.wait_for("the delay", [&] { return contains(process.err(), "trying again"); });
        process.signal(SIGUSR2);
        CHECK(process.finish().ending == exit_code(0));
    }
    SUBCASE("--halt soon") {
        const auto result = complete(batch({"-j1",
                                            "--halt",
                                            "soon",
                                            "--report",
                                            path("report"),
                                            "--retries",
                                            "1",
                                            "--retry-delay",
                                            "300ms",
                                            "--retry-on",
                                            "exit:2",
                                            "--",
                                            "sh",
                                            "-c",
                                            "[ $1 = a ] || exit 3; " + counting(2),
                                            "sh",
                                            ":::",
                                            "a",
                                            "b",
                                            "c"}));
        CHECK(result.ending == exit_code(1));
        CHECK(reported("job").size() == 2);
    }
    CHECK(job(1).at("status") == 0);
    CHECK(job(1).at("attempts").size() == 2);
}

TEST_CASE_FIXTURE(JobsTrial,
                  "a failure counts for --halt at once, although the output of the job waits for that of another") {
    for (const char* each : {"go", "ready"}) path(each);
    auto process = start(batch({"-j2", "--halt", "soon", "--", "sh", "-c",
                                "case $1 in a) echo a; : >ready; until [ -e go ]; do sleep 0.02; done;; b) until [ -e "
                                "ready ]; do sleep 0.02; done; exit 1;; c) echo c;; esac",
                                "sh", ":::", "a", "b", "c"}));
    process.wait_for_output("a\n");
    process.wait_for("the failure", [&] {
        process.signal(SIGUSR1);
        process.exchange(50ms);
        return contains(process.err(), "1 running, 0 succeeded, 1 failed");
    });
    let_go();
    const auto result = process.finish();
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "a\n");
}

namespace {

/// How long the rest of the delay has to last after the batch goes on. `begun`: before the batch was started;
/// `stopped`: after it was suspended. What is in between is at least as long as the part of the delay that has passed.
Clock::duration rest_of(Millis delay, Clock::time_point begun, Clock::time_point stopped) {
    return delay - (stopped - begun);
}

}  // namespace

TEST_CASE_FIXTURE(JobsTrial, "Ctrl-Z between two attempts stops the batch, and the delay goes on after fg") {
    TerminalShell shell(*this);
    const auto begun = Clock::now();
    shell.enter(
        "rm -f n; \"$NR\" batch -v --retries 1 --retry-delay 3s --retry-timeout 6s -- "
        "sh -c 'test -e n || { : >n; exit 2; }' sh ::: a");
    shell.expect("trying again in 3s");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    const auto stopped = Clock::now();
    shell.enter("sleep 4; echo slept-$((1+1))");
    shell.expect("slept-2\r\n");
    const auto continued = Clock::now();
    shell.enter("fg >/dev/null; echo status=$((0+$?))");
    shell.expect("status=0\r\n");
    CHECK(Clock::now() - continued >= rest_of(3s, begun, stopped));
    path("n");
}

TEST_CASE_FIXTURE(JobsTrial, "a batch that is cancelled twice does not wait for --on-stop") {
    auto process = start(batch({"-j2", "-k", "60", "--report", path("report"), "--on-stop",
                                "trap '' TERM; echo hook >>log; exec sleep 60", "--", "sh", "-c",
                                "trap '' TERM; echo job >>jobs; sleep 60 & wait", "sh", ":::", "1", "2"}));
    for (const char* each : {"log", "jobs"}) path(each);
    process.wait_for("both jobs", [&] { return lines(read_text(path("jobs"))).size() == 2; });
    process.signal(SIGTERM);
    process.wait_for("both hooks", [&] { return lines(read_text(path("log"))).size() == 2; });
    let_pass(20ms);  // two signals within 10 ms are one order
    const auto second = Clock::now();
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(result.left.empty());
    CHECK_MESSAGE(Clock::now() - second < scaled(8s), "the hook's own limit is 10 s, the grace 60 s");
    for (const int number : {1, 2}) {
        CHECK(job(number).at("reason") == "cancelled");
        CHECK(job(number).at("stop").at("steps").back().at("signal") == "SIGKILL");
    }
}

TEST_CASE_FIXTURE(JobsTrial, "SIGUSR1 names a job that waits for an attempt") {
    auto process = start_waiting();
    process.signal(SIGUSR1);
    process.wait_for("the line", [&] {
        return contains(process.err(), "netrunner: job 1 waits for attempt 2 of 6: sh -c exit $1 sh 2\n");
    });
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(JobsTrial, "--retry-timeout limits all attempts of a job together") {
    const auto result =
        complete(batch({"-j2", "--report", path("report"), "--retries", "9", "--retry-delay", "0", "--retry-timeout",
                        "600ms", "-k", "1", "--", "sh", "-c", "sleep $1; exit 1", "sh", ":::", "60", "0.25"}));
    CHECK(result.ending == exit_code(1));
    CHECK(job(1).at("reason") == "timeout");
    CHECK(job(1).at("attempts").size() == 1);
    CHECK(contains(job(1).at("message").get<std::string>(), "600ms (--retry-timeout)"));
    CHECK(job(2).at("attempts").size() >= 1);
    CHECK(job(2).at("attempts").size() <= 3);
}

TEST_CASE_FIXTURE(JobsTrial, "a lost job is not tried again") {
    auto process = start(batch({"--report", path("report"), "--retries", "5", "--retry-delay", "0", "-k", "1", "--",
                                "sh", "-c", "echo $$; exec sleep 60", "sh", ":::", "a"}));
    process.wait_for_output("\n");
    ::kill(std::stoi(status_field(std::stoi(process.out()), "PPid")), SIGKILL);
    CHECK(process.finish().ending == exit_code(125));
    CHECK(job(1).at("reason") == "lost");
    CHECK(job(1).at("attempts").size() == 1);
}

// ---- control groups

namespace {

struct GroupsTrial : JobsTrial {
    CgroupDir groups;

    // Two jobs in the group `path` that say "ready" and wait for SIGTERM, which they ignore if `stubborn`.
    Process start_two(const std::string& path, bool stubborn = false) {
        const std::string script =
            stubborn ? "trap '' TERM; echo ready; sleep 60; sleep 60" : "echo ready; exec sleep 60";
        auto process = start(batch(groups.options(
            path, {"-j2", "-k", "300ms", "--output-mode", "line", "--", "sh", "-c", script, "sh", ":::", "a", "b"})));
        process.wait_for("both jobs", [&] { return lines(process.out()).size() == 2; });
        return process;
    }
};

}  // namespace

TEST_CASE_FIXTURE(GroupsTrial, "with --cgroup each job has a group of its own in the group of the batch") {
    if (!groups) return;
    for (const char* each : {"here.a", "here.b"}) path(each);
    // Each job waits for the other, and leaves a process behind, which ends with its own group only.
    const std::string script =
        "grep ^0: /proc/self/cgroup; : >here.$1; until [ -e here.a ] && [ -e here.b ]; do sleep 0.02; done; "
        "[ $1 = a ] || sleep 0.3; (setsid sleep 60 &); echo done";
    const auto result =
        complete(batch(groups.options("x/y", {"-j2", "--report", path("report"), "--output-mode", "ordered", "--", "sh",
                                              "-c", script, "sh", ":::", "a", "b"})));
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == groups.membership("x/y/1") + "\ndone\n" + groups.membership("x/y/2") + "\ndone\n");
    for (const int number : {1, 2}) {
        CHECK(job(number).at("cgroup").at("path") == groups.path("x/y/" + std::to_string(number)));
        CHECK(job(number).at("orphans").size() == 1);
    }
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupsTrial, "jobs with limits and no --cgroup have groups in one with a made-up name") {
    if (!groups) return;
    const Words limited{"--cgroup-base", groups.path(), "--cgroup-set", "cgroup.max.depth=3"};
    auto words = limited;
    words.insert(words.end(), {"-j2", "--report", path("report"), "--", "true", ":::", "a", "b"});
    CHECK(complete(batch(words)).ending == exit_code(0));
    const auto first = job(1).at("cgroup").at("path").get<std::string>();
    CHECK(begins(first, groups.path("run-")));
    CHECK(first.substr(first.rfind('/')) == "/1");
    CHECK(job(2).at("cgroup").at("path") == first.substr(0, first.size() - 1) + "2");
    CHECK(job(1).at("cgroup").at("limits").at("cgroup.max.depth") == 3);
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupsTrial, "only the records that ask for a group have one, inside that of the batch") {
    if (!groups) return;
    const std::string records = R"({"command": ["true"]})"
                                "\n"
                                R"({"command": ["true"], "cgroup_set": ["cgroup.max.depth=3"]})"
                                "\n"
                                R"({"command": ["true"], "cgroup": "mine/of/it"})"
                                "\n"
                                R"({"command": ["true"], "cgroup": "x", "cgroup_base": "self"})"
                                "\n"
                                R"({"command": ["true"], "die_with_parent": true})"
                                "\n";
    CHECK(complete(jsonl({"--cgroup-base", groups.path(), "--report", path("report")}, records)).ending ==
          exit_code(1));
    CHECK(job(1).at("cgroup").is_null());
    const auto second = job(2).at("cgroup").at("path").get<std::string>();
    CHECK(begins(second, groups.path("run-")));
    CHECK(job(3).at("cgroup").at("path") == second.substr(0, second.rfind('/')) + "/mine/of/it");
    for (const int number : {4, 5}) {
        CHECK(job(number).at("reason") == "spawn-failed");
        CHECK(contains(job(number).at("message").get<std::string>(), "it is an option of the batch, not of a job"));
    }
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupsTrial, "a group that a batch uses is refused to another batch and to a run") {
    if (!groups) return;
    auto process = start_two("x");
    for (const char* command : {"batch", "run"}) {
        CAPTURE(command);
        auto setup = this->command({netrunner(), command});
        for (const std::string& word : groups.options("x", {"--", "echo", "started"})) setup.argv.push_back(word);
        setup.in = piped();
        setup.input = "1\n";
        const auto refused = complete(setup);
        CHECK(refused.ending == exit_code(125));
        CHECK(refused.out.empty());
        CHECK(contains(refused.err, "in use by another run of netrunner"));
    }
    CHECK(groups.members("x").size() == 2);
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupsTrial,
                  "if netrunner is killed, the helpers of the jobs remove their groups and that of the batch") {
    if (!groups) return;
    expect_strays();
    auto process = start_two("x/y", true);
    process.signal(SIGKILL);
    process.finish();
    CHECK(nothing_left(4s));
    CHECK(wait_until([&] { return groups.is_empty(); }));
}

TEST_CASE_FIXTURE(GroupsTrial, "what a killed batch has left in its group is cleared by the next, and by gc") {
    if (!groups) return;
    expect_strays();
    for (const bool by_gc : {false, true}) {
        CAPTURE(by_gc);
        auto process = start_two("x");
        // Netrunner and all helpers at once: nothing removes the groups.
        std::set<pid_t> helpers;
        for (const pid_t command : groups.members("x")) {
            const pid_t guard = std::stoi(status_field(command, "PPid"));
            helpers.insert({guard, static_cast<pid_t>(std::stoi(status_field(guard, "PPid")))});
        }
        process.signal(SIGSTOP);
        for (const pid_t helper : helpers) ::kill(helper, SIGSTOP);
        for (const pid_t helper : helpers) ::kill(helper, SIGKILL);
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return std::ranges::none_of(helpers, is_running); }));
        CHECK(!groups.is_empty());
        if (by_gc) {
            CHECK(complete(command({netrunner(), "gc", "--cgroup-base", groups.path()})).ending == exit_code(0));
        } else {
            const auto result = complete(batch(groups.options("x", {"--", "echo", ":::", "again"})));
            CHECK(result.ending == exit_code(0));
            CHECK(result.out == "again\n");
        }
        CHECK(groups.is_empty());
    }
    CHECK(nothing_left(4s));
}

TEST_CASE_FIXTURE(GroupsTrial, "an empty group that was there stays, and a group with processes is refused") {
    if (!groups) return;
    groups.make("x");
    CHECK(complete(batch(groups.options("x", {"--", "true", ":::", "a"}))).ending == exit_code(0));
    CHECK(groups.has("x"));
    CHECK(groups.groups("x").empty());
    groups.make("x/other");
    const auto result = complete(batch(groups.options("x", {"--report", path("report"), "--", "true", ":::", "a"})));
    CHECK(result.ending == exit_code(125));
    CHECK(contains(result.err, "is not netrunner's and not empty"));
    CHECK(!std::filesystem::exists(path("report")));
    groups.end("x");
}

TEST_CASE_FIXTURE(GroupsTrial, "each attempt of a job has its group anew") {
    if (!groups) return;
    path("runs.a");
    const std::string script = "grep ^0: /proc/self/cgroup; (setsid sleep 60 &); " + counting(2);
    const auto result =
        complete(batch(groups.options("x", {"--report", path("report"), "--retries", "1", "--retry-delay", "0", "--",
                                            "sh", "-c", script, "sh", ":::", "a"})));
    CHECK(result.ending == exit_code(0));
    const std::string line = groups.membership("x/1") + "\n";
    CHECK(result.out == line + "a 1\n" + line + "a 2\n");
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupsTrial, "a limit of all jobs that cannot be applied is refused before anything starts") {
    if (!groups) return;
    std::ifstream stream(groups.path("cgroup.controllers"));
    const std::string controllers(std::istreambuf_iterator<char>(stream), {});
    for (const auto& [option, value, controller] : {std::tuple{"--group-memory-max", "64M", "memory"},
                                                    {"--group-pids-max", "10", "pids"},
                                                    {"--group-cpu-max", "50%", "cpu"}}) {
        CAPTURE(option);
        if (contains(controllers, controller)) continue;  // tests/vm
        const auto result =
            complete(batch({"-j1", "--cgroup-base", groups.path(), option, value, "--", "echo", ":::", "started"}));
        CHECK_REFUSED(result, std::string("the controller '") + controller + "'");
    }
    // So is a limit of each job, as an option of the batch; in a record, it is that job's failure.
    for (const auto& [option, value, controller] :
         {std::tuple{"--memory-max", "64M", "memory"}, {"--pids-max", "10", "pids"}, {"--cpu-max", "50%", "cpu"}}) {
        CAPTURE(option);
        if (contains(controllers, controller)) continue;  // tests/vm
        std::filesystem::remove(path("report"));
        Words words{"-j1", "--cgroup-base", groups.path(), "--report", path("report")};
        Words limited = words;
        limited.insert(limited.end(), {option, value, "--", "echo", ":::", "started", "twice"});
        CHECK_REFUSED(complete(batch(limited)), std::string("the controller '") + controller + "'");
        CHECK(!std::filesystem::exists(path("report")));
        words.emplace_back("--jsonl");
        const auto result = complete(batch_of(R"({"command":["echo","one"],"memory_max":"64M"})"
                                              "\n"
                                              R"({"command":["echo","two"]})",
                                              words));
        CHECK(result.ending == exit_code(1));
        CHECK(result.out == "two\n");
        CHECK(job_in(path("report"), 1).at("error").at("stage") == "cgroup");
    }
    const auto result = complete(
        batch({"-j4", "--cgroup-base", groups.path(), "--group-pids-max", "3", "--", "echo", ":::", "started"}));
    CHECK_REFUSED(result, "-j 4: --group-pids-max 3 has no room for so many jobs (say -j 3)");
    CHECK(groups.is_empty());
}

// ---- the report's header and trailer

TEST_CASE_FIXTURE(JobsTrial, "the header has the digest of an input that is known before the first job") {
    const auto digest = [&](Words words, const std::string& input) {
        std::filesystem::remove(path("report"));
        words.insert(words.begin(), {"--report", path("report")});
        auto setup = batch(words);
        if (!input.empty()) {
            setup.in = piped();
            setup.input = input;
        }
        CHECK(complete(setup).ending == exit_code(0));
        return reported("header").at(0).at("input_digest");
    };
    std::ofstream(path("in")) << "a\nb\n";
    const auto sum = lines(complete(command({"/usr/bin/sha256sum", path("in")})).out).at(0).substr(0, 64);
    CHECK(digest({"-a", path("in"), "--", "true"}, "") == "sha256:" + sum);
    CHECK(digest({"--", "true"}, "a\nb\n").is_null());
    const auto of_list = digest({"--", "true", ":::", "a", "b"}, "");
    CHECK(of_list == digest({"-j1", "--", "echo", ":::", "a", "b"}, ""));
    CHECK(of_list != digest({"--", "true", ":::", "a", "b", "c"}, ""));
    CHECK(of_list != digest({"--", "true", ":::", "a", ":::", "b"}, ""));
    CHECK(of_list != digest({"--", "true", ":::", "ab"}, ""));
}

TEST_CASE_FIXTURE(JobsTrial, "the trailer counts the jobs that are known and were not started") {
    const auto not_started = [&](Words words, const std::string& input) {
        std::filesystem::remove(path("report"));
        words.insert(words.begin(), {"-j1", "--halt", "soon", "--report", path("report")});
        auto setup = batch(words);
        if (!input.empty()) {
            setup.in = piped();
            setup.input = input;
        }
        CHECK(complete(setup).ending == exit_code(1));
        return counts().at("not_started");
    };
    CHECK(not_started({"--", "false", ":::", "1", "2", "3", "4", "5"}, "") == 4);
    CHECK(not_started({"--shard", "2/2", "--", "false", ":::", "1", "2", "3", "4", "5"}, "") == 1);
    CHECK(not_started({"-n", "2", "--", "false", ":::", "1", "2", "3", "4", "5"}, "") == 2);
    CHECK(not_started({"--", "false", ":::", "1", "2", ":::", "a", "b", "c"}, "") == 5);
    CHECK(not_started({"--", "false"}, "1\n2\n3\n4\n") == 3);
}

TEST_CASE_FIXTURE(JobsTrial, "--halt soon=N% counts against the jobs of the shard") {
    const auto failed = [&](Words words) {
        std::filesystem::remove(path("report"));
        words.insert(words.begin(), {"-j1", "--report", path("report")});
        words.insert(words.end(), {"--", "false", ":::", "1", "2", "3", "4", "5", "6", "7", "8"});
        CHECK(complete(batch(words)).ending == exit_code(1));
        return counts().at("failed");
    };
    CHECK(failed({"--halt", "soon=25%"}) == 2);
    CHECK(failed({"--halt", "soon=50%", "--shard", "1/2"}) == 2);
}

// ---- stopping

TEST_CASE_FIXTURE(JobsTrial, "--die-with-parent stops all jobs, and no more start") {
    expect_strays();
    auto setup = command({"/bin/sh",
                          "-c",
                          "\"$@\" & wait",
                          "sh",
                          netrunner(),
                          "batch",
                          "--die-with-parent",
                          "-j2",
                          "-k",
                          "1",
                          "--report",
                          path("report"),
                          "--",
                          "sh",
                          "-c",
                          "echo ready; exec sleep 60",
                          "sh",
                          ":::",
                          "1",
                          "2",
                          "3"});
    setup.leaves_processes = true;
    auto process = start(setup);
    process.wait_for("a job", [&] { return contains(process.out(), "ready"); });
    process.wait_for("both jobs", [&] {
        const auto seen = left(process);
        return std::ranges::count_if(seen, [](const Seen& each) { return each.command == "sleep 60"; }) == 2;
    });
    process.signal(SIGKILL);
    process.finish();
    CHECK(nothing_left(4s));
    CHECK(reported("job").size() == 2);
    for (const auto& each : reported("job")) CHECK(each.at("reason") == "cancelled");
    CHECK(counts().at("not_started") == 1);
}

TEST_CASE_FIXTURE(JobsTrial, "a job has no terminal") {
    TerminalShell shell(*this);
    shell.enter("\"$NR\" batch -q -- sh -c '(: </dev/tty) && echo has-$1$1; echo job-$1$1' sh ::: a");
    shell.expect("job-aa\r\nREADY> $");
    CHECK(!contains(shell.printed(), "has-aa"));
}
