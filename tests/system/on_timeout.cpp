// --on-timeout runs a command at a time limit, before the run is ended. It is bounded, reported, and ended with the
// run.
#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("on_timeout");

TEST_CASE_FIXTURE(Trial, "--on-timeout runs while the command still lives, and gets its pid and the reason") {
    auto [result, report] =
        run_reported({"-t", "300ms", "--on-timeout", "kill -0 $NETRUNNER_PID && echo $NETRUNNER_PID $NETRUNNER_REASON",
                      "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out.empty());
    REQUIRE(lines(result.err).size() == 2);
    CHECK(lines(result.err)[0] == std::to_string(report["pid"].get<int>()) + " timeout");
    CHECK(begins(lines(result.err)[1], "netrunner: sleep: timed out after 300ms: sent SIGTERM"));
    CHECK(report["reason"] == "timeout");
    CHECK(report["on_stop"]["status"] == 0);
    CHECK(report["on_stop"]["output"] == lines(result.err)[0] + "\n");
    CHECK(report["on_stop"]["truncated"] == false);
    CHECK(report["on_stop"]["duration"] > 0.0);
    CHECK(report["stop"]["steps"][0]["after"] >= 0.3 + report["on_stop"]["duration"].get<double>());
}

TEST_CASE_FIXTURE(Trial, "--on-timeout also runs for --idle-timeout, and the report has its output and its status") {
    auto [result, report] = run_reported({"--idle-timeout", "300ms", "--on-timeout",
                                          "echo $NETRUNNER_REASON; echo err >&2; exit 7", "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["on_stop"]["status"] == 7);
    CHECK(report["on_stop"]["output"] == "idle-timeout\nerr\n");
}

TEST_CASE_FIXTURE(Trial, "--on-timeout does not run if the run ends for another reason") {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--", "true"}, {"--max-output", "1", "--", "yes"}, {"--", "/nonexistent"}}) {
        auto arguments = words;
        arguments.insert(arguments.begin(), {"-t", "60", "--on-timeout", "echo never"});
        auto [result, report] = run_reported(arguments);
        CHECK(!contains(result.err, "never"));
        CHECK(report["on_stop"].is_null());
    }
}

TEST_CASE_FIXTURE(Trial, "a hanging --on-timeout is ended with its whole tree, and the command is stopped") {
    auto [result, report] = run_reported(
        {"-t", "300ms", "--on-timeout", "echo begun; setsid sleep 60 & trap '' TERM; sleep 60", "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 10300, 14000);
    CHECK(report["on_stop"]["status"] == 124);
    CHECK(report["on_stop"]["output"] == "begun\n");
    CHECK(report["on_stop"]["duration"] >= 10.0);
    CHECK(report["signal"] == "SIGTERM");
}

TEST_CASE_FIXTURE(Trial, "a long --on-timeout does not lengthen the grace after it") {
    auto [result, report] = run_reported({"-v", "-t", "200ms", "-k", "300ms", "--on-timeout", "sleep 2", "--", "sh",
                                          "-c", "trap '' TERM; while :; do sleep 0.1; done"});
    CHECK(result.ending == exit_code(124));
    REQUIRE(report["stop"]["steps"].size() == 2);
    const double grace =
        report["stop"]["steps"][1]["after"].get<double>() - report["stop"]["steps"][0]["after"].get<double>();
    CHECK(grace >= 0.3);
    CHECK(grace < 1.8);
    CHECK(!contains(result.err, "could not run"));
}

TEST_CASE_FIXTURE(Trial, "64 KiB of the output of --on-timeout are shown and reported") {
    auto [result, report] = run_reported(
        {"-q", "-t", "300ms", "--on-timeout", "head -c 300000 /dev/zero | tr '\\0' x", "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.err == std::string(65536, 'x'));
    CHECK(report["on_stop"]["output"] == result.err);
    CHECK(report["on_stop"]["truncated"] == true);
    CHECK_WALL(result, 300, 5000);
}

TEST_CASE_FIXTURE(Trial,
                  "if the command ends meanwhile, the reason is still timeout, and --on-timeout runs to its end") {
    auto [result, report] = run_reported(
        {"-t", "300ms", "--on-timeout", "kill -KILL $NETRUNNER_PID; sleep 0.4; echo after", "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["reason"] == "timeout");
    CHECK(report["signal"] == "SIGKILL");
    CHECK(report["stop"]["steps"].empty());
    CHECK(report["on_stop"]["output"] == "after\n");
}

TEST_CASE_FIXTURE(Trial, "a second TERM does not wait for --on-timeout") {
    auto process = start_reported(
        runner({"-t", "300ms", "--on-timeout", "echo begun; sleep 60", "--", program("ignore_signals"), "-", "15"}));
    process.wait_for("the output of --on-timeout", [&] { return contains(process.err(), "begun\n"); });
    process.signal(SIGTERM);
    let_pass(100ms);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 6000);
    CHECK(report_of(process)["signal"] == "SIGKILL");
}

TEST_CASE_FIXTURE(Trial, "--on-timeout does not outlive netrunner when netrunner is killed") {
    expect_strays();
    auto process =
        start(runner({"-t", "300ms", "--on-timeout", "echo begun; setsid sleep 60 & sleep 60", "--", "sleep", "60"}));
    process.wait_for("the output of --on-timeout", [&] { return contains(process.err(), "begun\n"); });
    process.signal(SIGKILL);
    CHECK(process.finish().ending == killed_by(SIGKILL));
    CHECK(nothing_left(10s));
}

TEST_CASE_FIXTURE(Trial, "--on-timeout does not run under --orphans wait if the command has ended") {
    auto [result, report] = run_reported(
        {"-t", "500ms", "--orphans", "wait", "--on-timeout", "echo never", "--", "sh", "-c", "sleep 60 & exit 0"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["on_stop"].is_null());
}

TEST_CASE_FIXTURE(Trial, "without a time limit --on-timeout is refused") {
    CHECK_REFUSED(run({"--on-timeout", "true", "--", "true"}), "--on-timeout needs --timeout or --idle-timeout");
    CHECK_REFUSED(run({"-t", "0", "--on-timeout", "true", "--", "true"}), "--on-timeout needs");
    CHECK_REFUSED(run({"-t", "1", "--on-timeout", " ", "--", "true"}), "--on-timeout: invalid command");
}

TEST_SUITE_END();
