// SIGKILL to netrunner or its shepherd at any moment: nothing is left.
#include <doctest/doctest.h>

#include <csignal>
#include <random>

#include "trial.hpp"

using namespace support;

namespace {

constexpr auto grace = 300ms;

// A tree that does not end on TERM: a shell that ignores TERM, a child in its group, a child in another session.
const std::vector<std::string> stubborn{
    "-q", "-k", "300ms", "--", "sh", "-c", "trap '' TERM HUP; sleep 60 & setsid sleep 61 & echo go; wait"};

std::chrono::microseconds random_moment(int below_microseconds) {
    static std::mt19937 random{std::random_device{}()};
    return std::chrono::microseconds{static_cast<int>(random() % static_cast<unsigned>(below_microseconds))};
}

pid_t shepherd_of(const Process& process) { return child_running(process.pid(), "netrunner-shepherd"); }

// The shepherd cannot have exited before, because the command lives for a minute.
void kill_shepherd(const Process& process) {
    const pid_t shepherd = shepherd_of(process);
    REQUIRE(shepherd > 0);
    ::kill(shepherd, SIGKILL);
}

}  // namespace

TEST_SUITE_BEGIN("crash");

TEST_CASE_FIXTURE(Trial, "netrunner is killed in the first 50 ms: nothing is left within the grace and a second") {
    expect_strays();
    for (int i = times(25, 200); i > 0; --i) {
        auto process = start(runner(stubborn));
        const auto moment = random_moment(50000);
        let_pass(moment);
        process.signal(SIGKILL);
        CHECK(process.finish().ending == killed_by(SIGKILL));
        const bool gone = wait_until([&] { return left(process).empty(); }, grace + 1s);
        CHECK_MESSAGE(gone, "killed after ", moment.count(), " us, left: ", describe(left(process)));
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner is killed later: nothing is left within the grace and a second") {
    expect_strays();
    for (int i = times(5, 50); i > 0; --i) {
        auto process = start(runner(stubborn));
        process.wait_for_output("go\n");
        let_pass(random_moment(100000));
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return left(process).empty(); }, grace + 1s));
    }
}

TEST_CASE_FIXTURE(Trial, "the shepherd gives the tree its grace when netrunner is killed") {
    expect_strays();
    const auto log = path("log");
    auto process = start(runner({"-k", "5s", "--", program("log_signals"), log, "15"}));
    ready(process, log);
    process.signal(SIGKILL);
    process.finish();
    CHECK(wait_until([&] { return contains(read_text(log), "\n15\n"); }, 2s));
    CHECK(wait_until([&] { return left(process).empty(); }, 2s));
}

TEST_CASE_FIXTURE(Trial, "netrunner is killed amid heavy output: nothing is left") {
    expect_strays();
    for (int i = times(5, 50); i > 0; --i) {
        auto process = start(runner({"-k", "300ms", "--", "yes"}));
        process.wait_for("much output", [&] { return process.out().size() > 200000U; });
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return left(process).empty(); }, grace + 1s));
    }
}

TEST_CASE_FIXTURE(Trial, "a daemon without environment does not outlive a killed netrunner") {
    expect_strays();
    const auto daemon = path("daemon");
    auto process =
        start(runner({"-k", "300ms", "--", program("daemonize"), daemon, "close", "ignore", "clear", "stay"}));
    const pid_t pid = ready(process, daemon);
    process.signal(SIGKILL);
    process.finish();
    CHECK(wait_until([&] { return !is_running(pid); }, grace + 1s));
}

TEST_CASE_FIXTURE(Trial, "the shepherd is killed in the first 50 ms: netrunner ends the tree and reports it") {
    for (int i = times(25, 200); i > 0; --i) {
        auto process = start_reported(runner(stubborn));
        const auto moment = random_moment(50000);
        REQUIRE(wait_until([&] { return shepherd_of(process) != 0; }, 5s));
        let_pass(moment);
        kill_shepherd(process);
        const auto result = process.finish();
        CAPTURE(moment.count());
        CAPTURE(result.err);
        CHECK(result.ending == exit_code(125));
        CHECK_MESSAGE(result.left.empty(), describe(result.left));
        CHECK(report_of(process)["status"] == 125);
    }
}

TEST_CASE_FIXTURE(Trial, "the shepherd is killed later: reason lost, 125, one line, nothing left") {
    auto setup = runner({"-k", "300ms", "--", "sh", "-c", "trap '' TERM; setsid sleep 61 & echo go; wait"});
    auto process = start_reported(setup);
    process.wait_for_output("go\n");
    kill_shepherd(process);
    const auto killed = Clock::now();
    const auto result = process.finish();
    CHECK(Clock::now() - killed < scaled(grace + 1500ms));
    CHECK(result.ending == exit_code(125));
    CHECK(result.left.empty());
    CHECK(lines(result.err).size() == 1);
    CHECK(begins(result.err, "netrunner: "));
    CHECK(contains(result.err, "shepherd"));
    auto report = report_of(process);
    CHECK(report["reason"] == "lost");
    CHECK(report["status"] == 125);
    CHECK(report["message"].is_string());
}

TEST_CASE_FIXTURE(Trial, "output that was written before the shepherd died is passed on") {
    auto process =
        start(runner({"-q", "--", "sh", "-c", "\"$PROGRAMS/write_bytes\" 50000; echo; echo go >&2; exec sleep 60"}));
    process.wait_for("the mark", [&] { return contains(process.err(), "go\n"); });
    kill_shepherd(process);
    CHECK(process.finish().out.size() == 50001U);
}

TEST_CASE_FIXTURE(Trial, "netrunner inside netrunner: killing the outermost ends all") {
    expect_strays();
    auto process = start(runner({"-k", "1s", "--", netrunner(), "run", "-k", "300ms", "--", netrunner(), "run", "-k",
                                 "100ms", "--", "sh", "-c", "trap '' TERM; setsid sleep 60 & echo go; wait"}));
    process.wait_for_output("go\n");
    process.signal(SIGKILL);
    process.finish();
    CHECK(wait_until([&] { return left(process).empty(); }, 3s));
}

TEST_CASE_FIXTURE(Trial, "the whole process group of netrunner is killed: the shepherd is not in it") {
    expect_strays();
    for (int i = times(5, 50); i > 0; --i) {
        auto process = start(runner(stubborn));
        process.wait_for_output("go\n");
        ::kill(-process.pid(), SIGKILL);  // the harness made it the leader of its own session and group
        process.finish();
        CHECK(wait_until([&] { return left(process).empty(); }, grace + 1s));
    }
}

TEST_CASE_FIXTURE(Trial, "a stopped netrunner that is killed leaves nothing") {
    expect_strays();
    auto process = start(runner(stubborn));
    process.wait_for_output("go\n");
    process.signal(SIGSTOP);
    process.signal(SIGKILL);
    process.finish();
    CHECK(wait_until([&] { return left(process).empty(); }, grace + 1s));
}

TEST_SUITE_END();
