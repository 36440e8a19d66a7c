// The limits on time, silence and output. Each stops the command, prints a verdict and ends with 124.
#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("limits");

TEST_CASE_FIXTURE(Trial, "a duration that is too long to be represented is no limit, as in timeout(1)") {
    for (const char* option : {"-t", "--idle-timeout", "-k"}) {
        CHECK(run({option, "4294967296", "--", "true"}).ending == exit_code(0));
        CHECK(run({option, "99999999999999999999d", "--", "true"}).ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(Trial, "the time limit stops the command with TERM and ends with 124") {
    auto [result, report] = run_reported({"-t", "300ms", "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 2500);
    CHECK(begins(result.err, "netrunner: sleep: timed out after 300ms"));
    CHECK(lines(result.err).size() == 1);
    CHECK(report["reason"] == "timeout");
    CHECK(report["exit_code"].is_null());
    CHECK(report["signal"] == "SIGTERM");
    CHECK(report["stop"]["cause"] == "timeout");
    REQUIRE(report["stop"]["steps"].size() == 1);
    CHECK(report["stop"]["steps"][0]["signal"] == "SIGTERM");
    CHECK(report["stop"]["steps"][0]["after"] >= 0.3);
    CHECK(report["stop"]["steps"][0]["after"] < 2.5 * slowness());
}

TEST_CASE_FIXTURE(Trial, "a command that is faster than its limit is not touched") {
    auto [result, report] = run_reported({"--timeout", "20", "--", "sh", "-c", "exit 6"});
    CHECK(result.ending == exit_code(6));
    CHECK(result.err.empty());
    CHECK(report["stop"].is_null());
}

TEST_CASE_FIXTURE(Trial, "zero and infinity disable the time limit") {
    for (const std::string duration : {"0", "0s", "infinity"}) {
        CAPTURE(duration);
        CHECK(run({"-t", duration, "--", "sleep", "0.3"}).ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(Trial, "output before the time limit is passed on") {
    CHECK(run({"-t", ".3", "--", "sh", "-c", "echo part; sleep 60"}).out == "part\n");
}

TEST_CASE_FIXTURE(Trial, "the cause is the limit even when the command then exits 0") {
    auto [result, report] =
        run_reported({"-t", "300ms", "--", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["reason"] == "timeout");
    CHECK(report["exit_code"] == 0);
    CHECK(report["signal"].is_null());
}

TEST_CASE_FIXTURE(Trial, "with --preserve-status the command's own status counts") {
    const auto trapped =
        run({"-p", "-t", "300ms", "--", "sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.05; done"});
    CHECK(trapped.ending == exit_code(9));
    CHECK(run({"--preserve-status", "-t", "300ms", "--", "sleep", "60"}).ending == killed_by(SIGTERM));
    CHECK(
        run({"-p", "--max-output", "10", "--", "sh", "-c", "trap 'exit 8' TERM PIPE; while :; do echo xxxxxxxxx; done"})
            .ending == exit_code(8));
}

TEST_CASE_FIXTURE(Trial, "silence longer than the idle limit stops the command") {
    auto [result, report] = run_reported({"--idle-timeout", "400ms", "--", "sh", "-c", "echo a; sleep 60"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out == "a\n");
    CHECK_WALL(result, 400, 3000);
    CHECK(lines(result.err).size() == 1);
    CHECK(begins(result.err, "netrunner: "));
    CHECK(contains(result.err, "400ms"));
    CHECK(report["reason"] == "idle-timeout");
}

TEST_CASE_FIXTURE(Trial, "a byte on either stream restarts the idle limit") {
    const auto result = run({"--idle-timeout", "700ms", "--", "sh", "-c",
                             "for i in 1 2 3 4; do sleep 0.25; echo o; sleep 0.25; echo e >&2; done"});
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 2000, 10000);
}

TEST_CASE_FIXTURE(Trial, "a command that never writes is idle from its start") {
    CHECK(run({"--idle-timeout", "300ms", "--", "sleep", "60"}).ending == exit_code(124));
}

TEST_CASE_FIXTURE(Trial, "exactly the allowed output is passed on, then the command is stopped") {
    auto [result, report] = run_reported({"--max-output", "100", "--", "yes"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out.size() == 100);
    CHECK(lines(result.err).size() == 1);
    CHECK(report["reason"] == "output-limit");
    CHECK(report["stdout"]["truncated"] == true);
    CHECK(report["stderr"]["truncated"] == false);
    CHECK(report["stdout"]["bytes"] == 100);
}

TEST_CASE_FIXTURE(Trial, "output of exactly the allowed size does not stop the command") {
    auto [result, report] = run_reported({"--max-output", "100", "--", "sh", "-c", "head -c 100 /dev/zero; exit 3"});
    CHECK(result.ending == exit_code(3));
    CHECK(result.out.size() == 100);
    CHECK(result.err.empty());
    CHECK(report["reason"] == "exited");
    CHECK(report["stdout"]["truncated"] == false);

    const auto one_more = run({"--max-output", "100", "--", "sh", "-c", "head -c 101 /dev/zero; sleep 60"});
    CHECK(one_more.ending == exit_code(124));
    CHECK(one_more.out.size() == 100);
}

TEST_CASE_FIXTURE(Trial, "both streams count together towards the output limit") {
    auto setup = runner({"-q", "--max-output", "100KiB", "--", program("write_bytes"), "100000", "100000"});
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK(result.out.size() + result.err.size() == 102400U);
}

TEST_CASE_FIXTURE(Trial, "the output limit also holds for the file and at sizes beyond a pipe") {
    const auto where = path("out");
    const auto result = run({"--max-output", "1MiB", "-o", where, "--", "yes"});
    CHECK(result.out.size() == 1048576U);
    CHECK(read_text(where) == result.out);
}

TEST_CASE_FIXTURE(Trial, "a chatty command that ignores TERM and PIPE is dead when netrunner returns") {
    auto [result, report] = run_reported({"--max-output", "1K", "-k", "300ms", "--", "sh", "-c",
                                          "trap '' TERM PIPE; while :; do echo x 2>/dev/null; done"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out.size() == 1024U);
    CHECK_WALL(result, 0, 4000);
    CHECK(report["signal"] == "SIGKILL");
}

TEST_CASE_FIXTURE(Trial, "the limits hold for orphans under --orphans wait") {
    const auto result = run({"--orphans", "wait", "-t", "500ms", "--", "sh", "-c", "sleep 60 & echo hi"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out == "hi\n");
    CHECK_WALL(result, 500, 4000);
}

TEST_SUITE_END();
