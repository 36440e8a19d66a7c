// When netrunner has ended, nothing that the command started is left, unless --orphans says otherwise.
#include <doctest/doctest.h>

#include <csignal>
#include <regex>

#include "liveness.hpp"
#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("orphans");

TEST_CASE_FIXTURE(Trial, "a background child is ended when the command ends, named, and the status is the command's") {
    auto [result, report] = run_reported({"--", "sh", "-c", "sleep 100 & exit 3"});
    CHECK(result.ending == exit_code(3));
    CHECK_WALL(result, 0, 2000);
    CHECK(std::regex_match(result.err, std::regex{"netrunner: ended 1 orphan: sleep \\([0-9]+\\)\n"}));
    CHECK(report["reason"] == "exited");
    REQUIRE(report["orphans"].size() == 1);
    CHECK(report["orphans"][0]["command"] == "sleep 100");
    CHECK(report["orphans"][0]["ended_by"] == "SIGTERM");
    CHECK(report["survivors"].empty());
}

TEST_CASE_FIXTURE(Trial, "several orphans are counted and named") {
    auto [result, report] = run_reported({"--", "sh", "-c", "sleep 100 & sleep 101 & exit 0"});
    CHECK(result.ending == exit_code(0));
    CHECK(std::regex_match(result.err,
                           std::regex{"netrunner: ended 2 orphans: sleep \\([0-9]+\\), sleep \\([0-9]+\\)\n"}));
    CHECK(report["orphans"].size() == 2);
}

TEST_CASE_FIXTURE(Trial, "without orphans nothing is printed") {
    auto [result, report] = run_reported({"--", "sh", "-c", "sleep 0.1 & wait"});
    CHECK(result.err.empty());
    CHECK(report["orphans"].empty());
    CHECK(report["message"].is_null());
}

TEST_CASE_FIXTURE(Trial, "a daemon that left by double fork and setsid is ended") {
    const auto where = path("daemon");
    auto [result, report] = run_reported({"--", program("daemonize"), where, "3"});
    CHECK(result.ending == exit_code(3));
    REQUIRE(report["orphans"].size() == 1);
    CHECK(report["orphans"][0]["pid"] == announced(where));
}

TEST_CASE_FIXTURE(Trial, "a daemon that closed everything, ignores everything and has no environment is ended") {
    const auto where = path("daemon");
    auto [result, report] =
        run_reported({"-k", "300ms", "--", program("daemonize"), where, "close", "ignore", "clear", "3"});
    CHECK(result.ending == exit_code(3));
    const auto pid = announced(where);
    REQUIRE(pid > 0);
    CHECK(!is_running(pid));
    CHECK(report["orphans"][0]["ended_by"] == "SIGKILL");
    CHECK_WALL(result, 300, 4000);
}

TEST_CASE_FIXTURE(Trial, "everything that inherited from the command is gone at the return") {
    const Liveness alive{path("fifo")};
    const auto result =
        run({"-k", "300ms", "--", "sh", "-c",
             "exec 9>fifo; trap '' TERM HUP; (setsid sleep 60 &) ; sleep 61 & (sleep 62 & sleep 63 &); exit 2"});
    CHECK(result.ending == exit_code(2));
    CHECK(!alive.somebody_lives());
}

TEST_CASE_FIXTURE(Trial, "a stopped orphan is ended") {
    const auto result = run({"--", program("stopped_child"), path("child"), "4"});
    CHECK(result.ending == exit_code(4));
    CHECK_WALL(result, 0, 3000);
}

TEST_CASE_FIXTURE(Trial, "an orphan that holds the output open does not keep netrunner waiting") {
    const auto result = run({"--", "sh", "-c", "sleep 60 & echo hi"});
    CHECK(result.out == "hi\n");
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "with --orphans wait the run lasts as long as they do, and their output counts") {
    auto [result, report] =
        run_reported({"--orphans", "wait", "--", "sh", "-c", "(sleep 1; echo late) & echo hi; exit 5"});
    CHECK(result.ending == exit_code(5));
    CHECK(result.out == "hi\nlate\n");
    CHECK(result.err.empty());
    CHECK_WALL(result, 1000, 4000);
    CHECK(report["stdout"]["bytes"] == 8);
}

TEST_CASE_FIXTURE(Trial, "with --orphans wait also a daemon in another session is waited for") {
    const auto done = path("done");
    const auto result = run({"--orphans", "wait", "--", "sh", "-c",
                             "setsid sh -c 'sleep 0.7; touch done' >/dev/null 2>&1 </dev/null & exit 1"});
    CHECK(result.ending == exit_code(1));
    CHECK_WALL(result, 700, 4000);
    CHECK(::system(("test -e " + done).c_str()) == 0);
}

TEST_CASE_FIXTURE(Trial, "with --orphans leave they stay, and netrunner does not wait for them") {
    expect_strays();
    auto setup = runner({"--orphans", "leave", "--", "sh", "-c", "sleep 60 >/dev/null 2>&1 & echo hi; exit 6"});
    setup.leaves_processes = true;
    auto [result, report] = complete_reported(setup);
    CHECK(result.ending == exit_code(6));
    CHECK(result.out == "hi\n");
    CHECK(result.err.empty());
    CHECK_WALL(result, 0, 1500);
    REQUIRE(result.left.size() == 1);
    CHECK(contains(result.left[0].command, "sleep 60"));  // it may not have reached its exec yet
    CHECK(!wait_until([&] { return left().empty(); }, 300ms));
    end_leftovers();
}

TEST_CASE_FIXTURE(Trial, "with --orphans leave an orphan that holds the output open does not keep netrunner waiting") {
    expect_strays();
    auto setup = runner({"--orphans", "leave", "--", "sh", "-c", "sleep 60 & echo hi"});
    setup.leaves_processes = true;
    const auto result = complete(setup);
    CHECK(result.out == "hi\n");
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 0, 1500);
    CHECK(result.left.size() == 1);
    end_leftovers();
}

TEST_CASE_FIXTURE(Trial, "with --orphans leave a limit still ends the whole tree") {
    const auto result = run({"--orphans", "leave", "-t", "300ms", "--", "sh", "-c", "setsid sleep 60 & sleep 60"});
    CHECK(result.ending == exit_code(124));
}

TEST_CASE_FIXTURE(Trial, "orphans that ignore TERM are ended by the ladder and the status stays the command's") {
    auto [result, report] =
        run_reported({"-k", "300ms", "--", "sh", "-c",
                      "\"$PROGRAMS/ignore_signals\" ready 15 & while ! [ -e ready ]; do sleep 0.01; done; exit 3"});
    CHECK(!read_text(path("ready")).empty());
    CHECK(result.ending == exit_code(3));
    CHECK_WALL(result, 300, 4000);
    CHECK(report["orphans"][0]["ended_by"] == "SIGKILL");
    CHECK(report["exit_code"] == 3);
}

TEST_CASE_FIXTURE(Trial, "output of an orphan while it is ended is passed on") {
    const auto result = run({"--", "sh", "-c",
                             "sh -c 'trap \"echo bye; exit 0\" TERM; echo up; while :; do sleep 0.02; done' & "
                             "sleep 0.3; exit 0"});
    CHECK(result.out == "up\nbye\n");
}

TEST_SUITE_END();
