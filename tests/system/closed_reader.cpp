// When the reader goes away, the command gets a closed pipe, as in a pipeline without netrunner.
#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("closed_reader");

TEST_CASE_FIXTURE(Trial, "`yes | head -1` gives 141 at once and says nothing") {
    const auto result = bash("nr -- yes | head -1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "y\n141\n");
    CHECK(result.err.empty());
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "the same when netrunner found SIGPIPE ignored") {
    auto setup = command({"/bin/bash", "-c", "trap '' PIPE; \"$NR\" run -- yes | head -1; echo ${PIPESTATUS[0]}"});
    setup.ignored = {SIGPIPE};
    const auto result = complete(setup);
    CHECK(result.out == "y\n141\n");
    CHECK(result.err.empty());
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "a command that ignores the closed pipe ends with its own status") {
    const auto result = bash(
        "nr --report r.json -- sh -c 'trap \"\" PIPE TERM; "
        "while echo x 2>/dev/null; do :; done; exit 3' | head -1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "x\n3\n");
    CHECK_WALL(result, 0, 6000);
    auto report = report_at(path("r.json"));
    CHECK(report["exit_code"] == 3);
    CHECK(report["status"] == 3);
    CHECK(report["reason"] == "exited");
}

TEST_CASE_FIXTURE(Trial, "a command that writes nothing more is not disturbed by the closed reader") {
    const auto result = bash("nr -- sh -c 'exec >&-; sleep 0.5; exit 5' | true; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "5\n");
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "standard error goes on when the reader of standard output is gone") {
    auto process = start(runner({"--", "sh", "-c", "trap '' PIPE; echo a; sleep 0.3; echo b; echo err >&2; exit 4"}));
    process.wait_for_output("a\n");
    process.stop_reading_output();
    const auto result = process.finish();
    CHECK(contains(result.err, "err\n"));
    CHECK(result.ending == exit_code(4));
}

TEST_CASE_FIXTURE(Trial, "a silent command is not ended when its reader goes away") {
    auto process = start(runner({"--", "sh", "-c", "echo a; sleep 0.5; exit 6"}));
    process.wait_for_output("a\n");
    process.stop_reading_output();
    CHECK(process.finish().ending == exit_code(6));
}

TEST_CASE_FIXTURE(Trial, "when the reader goes away, a whole pipeline inside the run ends") {
    const auto result = bash("nr -- sh -c 'yes | cat' | head -1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "y\n141\n");
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "a socket as standard output is a reader that can go away, too") {
    auto setup = runner({"--", "yes"});
    setup.out = socketed();
    auto process = start(setup);
    process.wait_for_output("y\n");
    process.stop_reading_output();
    CHECK(process.finish(5s).ending == killed_by(SIGPIPE));
}

TEST_SUITE_END();
