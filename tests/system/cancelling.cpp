// Stops by a signal: INT or TERM to netrunner reaches the command once and starts the ladder's grace.
#include <doctest/doctest.h>

#include <csignal>
#include <random>

#include "trial.hpp"

using namespace support;

namespace {

std::string number(int signal) { return std::to_string(signal); }

}  // namespace

TEST_SUITE_BEGIN("cancelling");

TEST_CASE_FIXTURE(Trial, "TERM to netrunner ends an obedient command at once and netrunner by the same signal") {
    for (const int signal : {SIGTERM, SIGINT}) {
        CAPTURE(signal);
        auto process = start_reported(runner({"-k", "30s", "--", "sh", "-c", "ulimit -c 0; echo go; exec sleep 60"}));
        process.wait_for_output("go\n");
        const auto asked = Clock::now();
        process.signal(signal);
        const auto result = process.finish();
        CHECK(Clock::now() - asked < scaled(1s));
        CHECK(result.ending == killed_by(signal));
        CHECK(result.left.empty());
        CHECK(lines(result.err).size() <= 1);
        auto report = report_of(process);
        CHECK(report["reason"] == "cancelled");
        CHECK(report["status"] == 128 + signal);
        CHECK(report["exit_code"].is_null());
        REQUIRE(!report["stop"].is_null());
        CHECK(report["stop"]["steps"].size() == 1);
    }
}

TEST_CASE_FIXTURE(Trial, "a command that answers TERM with its own exit code keeps it") {
    auto process =
        start_reported(runner({"--", "sh", "-c", "trap 'exit 3' TERM; echo go; while :; do sleep 0.02; done"}));
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    CHECK(process.finish().ending == exit_code(3));
    auto report = report_of(process);
    CHECK(report["reason"] == "cancelled");
    CHECK(report["exit_code"] == 3);
}

TEST_CASE_FIXTURE(Trial,
                  "a command that ignores INT and TERM is killed at the end of the grace, and netrunner dies of INT") {
    auto process =
        start_reported(runner({"-k", "500ms", "--", program("ignore_signals"), "-", number(SIGINT), number(SIGTERM)}));
    process.wait_for_output("ready");
    const auto asked = Clock::now();
    process.signal(SIGINT);
    const auto result = process.finish();
    CHECK(Clock::now() - asked >= 500ms);
    CHECK(Clock::now() - asked < scaled(3s));
    CHECK(result.ending == killed_by(SIGINT));
    CHECK(result.left.empty());
    auto report = report_of(process);
    CHECK(report["reason"] == "cancelled");
    CHECK(report["signal"] == "SIGKILL");
    CHECK(report["status"] == 130);
    CHECK(report["stop"]["steps"].front()["signal"] == "SIGINT");
    CHECK(report["stop"]["steps"].back()["signal"] == "SIGKILL");
}

TEST_CASE_FIXTURE(Trial, "a ladder of SIGKILL alone still ends a command that ignores the order") {
    for (const std::vector<std::string>& ladder :
         {std::vector<std::string>{"--stop", "KILL"}, {"-s", "KILL", "-k", "5s"}}) {
        auto words = ladder;
        for (const auto& word : {std::string("--"), program("ignore_signals"), std::string("-"), number(SIGTERM)})
            words.push_back(word);
        auto process = start(runner(words));
        process.wait_for_output("ready");
        process.signal(SIGTERM);
        CHECK(process.finish().ending == killed_by(SIGTERM));
    }
}

TEST_CASE_FIXTURE(Trial, "a second INT or TERM climbs to SIGKILL at once") {
    for (const auto& [first, second] :
         {std::pair{SIGTERM, SIGTERM}, std::pair{SIGINT, SIGINT}, std::pair{SIGINT, SIGTERM}}) {
        CAPTURE(first);
        CAPTURE(second);
        const auto log = path("log" + number(first) + number(second));
        auto process = start_reported(runner({"-k", "60s", "--", program("log_signals"), log}));
        ready(process, log);
        process.signal(first);
        process.wait_for("the first signal", [&] { return contains(read_text(log), "\n" + number(first) + "\n"); });
        let_pass(50ms);  // signals at the same instant are one request
        const auto asked = Clock::now();
        process.signal(second);
        const auto result = process.finish();
        CHECK(Clock::now() - asked < scaled(3s));
        CHECK(result.ending == killed_by(first));
        CHECK(result.left.empty());
        CHECK(report_of(process)["signal"] == "SIGKILL");
    }
}

TEST_CASE_FIXTURE(Trial, "two different signals at the same instant are one request") {
    auto process =
        start_reported(runner({"-k", "500ms", "--", program("ignore_signals"), "-", number(SIGINT), number(SIGTERM)}));
    process.wait_for_output("ready");
    const auto asked = Clock::now();
    process.signal(SIGSTOP);  // so that netrunner finds both signals at once
    process.signal(SIGINT);
    process.signal(SIGTERM);
    process.signal(SIGCONT);
    const auto result = process.finish();
    CHECK(Clock::now() - asked >= 500ms);
    CHECK(result.ending == killed_by(SIGINT));
    CHECK(report_of(process)["signal"] == "SIGKILL");
}

TEST_CASE_FIXTURE(Trial, "the stop reaches the whole tree and goes on until it is empty") {
    const auto daemon = path("daemon");
    auto process = start(runner({"-k", "500ms", "--", program("daemonize"), daemon, "ignore", "stay"}));
    const pid_t pid = ready(process, daemon);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(result.left.empty());
    CHECK(!is_running(pid));
}

TEST_CASE_FIXTURE(Trial, "a signal while the command starts leaves nothing, at any moment") {
    std::mt19937 random{std::random_device{}()};
    for (int i = times(60, 1000); i > 0; --i) {
        auto process = start(runner({"-k", "1s", "--", "sleep", "99"}));
        let_pass(std::chrono::microseconds{random() % 10000});
        const int signal = i % 2 == 0 ? SIGTERM : SIGINT;
        process.signal(signal);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(signal));
        CHECK_MESSAGE(result.left.empty(), describe(result.left));
        CHECK(lines(result.err).size() <= 1);
    }
}

TEST_CASE_FIXTURE(Trial, "two signals within the first moments end the run once") {
    for (int i = times(20, 200); i > 0; --i) {
        auto process =
            start(runner({"-k", "60s", "--", program("ignore_signals"), "-", number(SIGINT), number(SIGTERM)}));
        let_pass(std::chrono::microseconds{i * 400});
        process.signal(SIGINT);
        let_pass(2ms);
        if (process.running()) process.signal(SIGINT);
        let_pass(50ms);
        if (process.running()) process.signal(SIGINT);  // the first two may have been one request
        const auto result = process.finish();
        CHECK(result.ending == killed_by(SIGINT));
        CHECK(result.left.empty());
        CHECK(lines(result.err).size() <= 1);
    }
}

TEST_CASE_FIXTURE(Trial, "HUP from a process is only forwarded") {
    const auto log = path("log");
    auto process = start_reported(runner({"-k", "200ms", "--", program("log_signals"), log, number(SIGUSR2), "4"}));
    ready(process, log);
    process.signal(SIGHUP);
    process.wait_for("HUP", [&] { return contains(read_text(log), "\n1\n"); });
    CHECK(!wait_until([&] { return !process.running(); }, 500ms));
    process.signal(SIGUSR2);
    CHECK(process.finish().ending == exit_code(4));
    auto report = report_of(process);
    CHECK(report["reason"] == "exited");
    CHECK(report["stop"].is_null());
}

TEST_CASE_FIXTURE(Trial, "HUP ends a command that does not catch it, and netrunner with it") {
    auto process = start(runner({"--", "sh", "-c", "echo go; exec sleep 60"}));
    process.wait_for_output("go\n");
    process.signal(SIGHUP);
    CHECK(process.finish().ending == killed_by(SIGHUP));
}

TEST_CASE_FIXTURE(Trial, "output that was written before the stop is passed on") {
    auto process =
        start(runner({"--", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo go; while :; do sleep 0.02; done"}));
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    CHECK(process.finish().out == "go\nbye\n");
}

TEST_SUITE_END();
