// The ladder: its steps come in order and on time until the whole tree is empty, and none comes after that.
#include <doctest/doctest.h>

#include <csignal>
#include <regex>

#include "trial.hpp"

using namespace support;

namespace {

std::string number(int signal) { return std::to_string(signal); }

}  // namespace

TEST_SUITE_BEGIN("stopping");

TEST_CASE_FIXTURE(Trial, "a command that ignores TERM is killed when the grace is over, and is gone at the return") {
    auto [result, report] =
        run_reported({"-t", "200ms", "-k", "200ms", "--", program("ignore_signals"), "-", number(SIGTERM)});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 400, 2500);
    // The delay is measured, not copied from the command line: a busy machine is a little late.
    const std::regex verdict("ignore_signals: timed out after 200ms: sent SIGTERM, [2-9][0-9]0ms later SIGKILL");
    const std::string message = report["message"];
    CHECK_MESSAGE(std::regex_match(message, verdict), message);
    CHECK(result.err == "netrunner: " + message + "\n");
    CHECK(report["reason"] == "timeout");
    CHECK(report["signal"] == "SIGKILL");
    const auto& steps = report["stop"]["steps"];
    REQUIRE(steps.size() == 2);
    CHECK(steps[0]["signal"] == "SIGTERM");
    CHECK(steps[1]["signal"] == "SIGKILL");
    CHECK(steps[0]["after"] >= 0.2);
    CHECK(steps[1]["after"] >= 0.4);
    CHECK(steps[1]["after"] < 2.5 * slowness());
}

TEST_CASE_FIXTURE(Trial, "the grace is as long as asked, and ends early when the tree is empty") {
    // Long enough for the command to start ignoring the signal.
    const auto limit = scaled(100ms).count();
    const auto ended_after = [&](const std::string& grace) {
        return run(
            {"-t", std::to_string(limit) + "ms", "-k", grace, "--", program("ignore_signals"), "-", number(SIGTERM)});
    };
    const auto exact = ended_after("250ms");
    CHECK_WALL(exact, limit + 250, 1500);
    const auto second = ended_after("1");
    CHECK_WALL(second, limit + 1000, 3000);
    const auto obedient = run({"-t", "100ms", "-k", "30s", "--", "sleep", "60"});
    CHECK(obedient.ending == exit_code(124));
    CHECK_WALL(obedient, 100, 2000);
}

TEST_CASE_FIXTURE(Trial, "no grace means SIGKILL at once") {
    const auto result = run({"-t", "100ms", "-k", "0", "--", program("ignore_signals"), "-", number(SIGTERM)});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 100, 2000);
}

TEST_CASE_FIXTURE(Trial, "the shell and the child of a shell that ignore TERM are both ended") {
    const auto limit = std::to_string(scaled(1000ms).count());  // by then the shell ignores TERM
    auto [result, report] =
        run_reported({"-t", limit + "ms", "-k", "1", "--", "sh", "-c", "trap '' TERM; sleep 100 & wait"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 2000, 4500);
    CHECK(report["stop"]["steps"].size() == 2);
}

TEST_CASE_FIXTURE(Trial, "a child in another session is killed although the command has obeyed TERM") {
    const auto where = path("daemon");
    auto [result, report] =
        run_reported({"-t", "1", "-k", "1", "--", "sh", "-c", "setsid \"$PROGRAMS/ignore_signals\" daemon 15 & wait"});
    CHECK(begins(read_text(where), "ready "));
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 2000, 4500);
    const auto& steps = report["stop"]["steps"];
    REQUIRE(steps.size() == 2);
    CHECK(steps[0]["signal"] == "SIGTERM");
    CHECK(steps[1]["signal"] == "SIGKILL");
    CHECK(report["signal"] == "SIGTERM");
    REQUIRE(report["orphans"].size() == 1);
    CHECK(report["orphans"][0]["ended_by"] == "SIGKILL");
    CHECK(contains(report["orphans"][0]["command"], "ignore_signals"));
    CHECK(report["orphans"][0]["pid"] == announced(where));
}

TEST_CASE_FIXTURE(Trial, "background children of a shell are stopped with it") {
    const auto result = run({"-t", "300ms", "--", "sh", "-c", "sleep 99 & sleep 99"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 3000);
}

TEST_CASE_FIXTURE(Trial, "another first signal can be chosen, by any of its names") {
    for (const std::string name : {"INT", "SIGINT", "int", "sigint", "2"}) {
        CAPTURE(name);
        auto [result, report] = run_reported(
            {"-s", name, "-t", "200ms", "--", "sh", "-c", "trap 'echo got; exit 0' INT; while :; do sleep 0.05; done"});
        CHECK(result.ending == exit_code(124));
        CHECK(result.out == "got\n");
        CHECK(report["stop"]["steps"][0]["signal"] == "SIGINT");
    }
}

TEST_CASE_FIXTURE(Trial, "the whole ladder can be given, and is climbed in its order") {
    const auto where = path("log");
    auto [result, report] =
        run_reported({"--stop", "TERM,150ms,INT,100ms,KILL", "-t", "200ms", "--", program("log_signals"), where});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 450, 3000);
    const auto& steps = report["stop"]["steps"];
    REQUIRE(steps.size() == 3);
    CHECK(steps[0]["signal"] == "SIGTERM");
    CHECK(steps[1]["signal"] == "SIGINT");
    CHECK(steps[2]["signal"] == "SIGKILL");
    CHECK(steps[1]["after"].get<double>() - steps[0]["after"].get<double>() >= 0.145);
    CHECK(steps[2]["after"].get<double>() - steps[1]["after"].get<double>() >= 0.095);
    std::string order;
    for (const auto& line : lines(read_text(where))) {
        if (line == "15" || line == "2") order += line + " ";
    }
    CHECK(order == "15 2 ");
}

TEST_CASE_FIXTURE(Trial, "a ladder may have the same signal twice") {
    auto [result, report] = run_reported({"--stop", "TERM,150ms,TERM,10s,KILL", "-t", "200ms", "--", "sh", "-c",
                                          "n=0; trap 'n=$((n+1)); [ $n = 2 ] && exit 7' TERM; "
                                          "while :; do sleep 0.02; done"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["exit_code"] == 7);
    CHECK(report["stop"]["steps"].size() == 2);
}

TEST_CASE_FIXTURE(Trial, "a stopped process is ended too, by TERM and by KILL") {
    const auto term = run({"-t", "300ms", "-k", "20s", "--", "sh", "-c", "kill -STOP $$"});
    CHECK(term.ending == exit_code(124));
    CHECK_WALL(term, 300, 3000);
    const auto kill = run({"-t", "300ms", "-k", "200ms", "--", "sh", "-c", "trap '' TERM; kill -STOP $$; sleep 60"});
    CHECK(kill.ending == exit_code(124));
    const auto child = path("child");
    CHECK(run({"-t", "500ms", "-k", "200ms", "--", program("stopped_child"), child}).ending == exit_code(124));
    CHECK(begins(read_text(child), "ready "));
}

TEST_CASE_FIXTURE(Trial, "a command that escapes by forking is ended") {
    for (const std::string& session : {std::string{}, std::string{"setsid"}}) {
        CAPTURE(session);
        std::vector<std::string> arguments{
            "-t", "500ms", "-k", "200ms", "--orphans", "wait", "--", program("fork_hopper"), path("hopper" + session)};
        if (!session.empty()) arguments.push_back(session);
        const auto result = run(arguments);
        CHECK(result.ending == exit_code(124));
        CHECK_WALL(result, 500, 6000);
    }
}

TEST_CASE_FIXTURE(Trial, "a command that is the reaper of its own orphans is ended with them") {
    const auto where = path("ready");
    const auto result = run({"-t", "500ms", "-k", "300ms", "--", program("own_subreaper"), where});
    CHECK(result.ending == exit_code(124));
    CHECK(begins(read_text(where), "ready "));
}

TEST_CASE_FIXTURE(Trial, "a limit that strikes during the start leaves nothing") {
    for (int i = times(60, 1000); i > 0; --i) {
        const auto result = run({"-q", "-t", "0.001", "--", "sleep", "99"});
        CHECK(result.ending == exit_code(124));
    }
}

TEST_CASE_FIXTURE(Trial, "a command that ends by itself during the grace is not waited for any longer") {
    auto [result, report] =
        run_reported({"-t", "200ms", "-k", "20s", "--", "sh", "-c",
                      "trap 'trap \"\" TERM; sleep 0.3; exit 5' TERM; while :; do sleep 0.02; done"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 500, 4000);
    CHECK(report["exit_code"] == 5);
    CHECK(report["stop"]["steps"].size() == 1);
}

TEST_CASE_FIXTURE(Trial, "processes that a command starts to clean up after TERM do not get that TERM") {
    int cleaned = 0;
    const int runs = times(60, 500);
    for (int i = 0; i < runs; ++i) {
        const auto result =
            run({"-q", "-t", "30ms", "-k", "20s", "--", "sh", "-c",
                 "trap 'sleep 0.03 && echo cleaned; exit 5' TERM; echo go; while :; do sleep 0.01; done"});
        cleaned += contains(result.out, "cleaned") || !contains(result.out, "go") ? 1 : 0;
    }
    CHECK(cleaned == runs);
}

TEST_CASE_FIXTURE(Trial, "every process of the tree gets each step once, in every session") {
    const auto near = path("near");
    const auto far = path("far");
    const auto result = run({"-q", "-t", "500ms", "-k", "300ms", "--", "sh", "-c",
                             "setsid \"$PROGRAMS/log_signals\" far & exec \"$PROGRAMS/log_signals\" near"});
    CHECK(result.ending == exit_code(124));
    for (const auto& file : {near, far}) {
        int terms = 0;
        for (const auto& line : lines(read_text(file))) terms += line == "15" ? 1 : 0;
        CHECK_MESSAGE(terms == 1, file, ": ", read_text(file));
    }
}

TEST_SUITE_END();
