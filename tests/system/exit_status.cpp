// The exit status: the command's status, death by the command's signal, or a number of netrunner that says why.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("exit_status");

TEST_CASE_FIXTURE(Trial, "every exit code passes through") {
    const int step = 256 / times(86, 256);
    for (int code = 0; code <= 255; code += step) {
        CAPTURE(code);
        const auto result = run({"--", "sh", "-c", "exit " + std::to_string(code)});
        CHECK(result.ending == exit_code(code));
        CHECK(result.err.empty());
    }
}

TEST_CASE_FIXTURE(Trial, "exit codes that netrunner also uses pass through without a message") {
    for (const int code : {124, 125, 126, 127, 137, 143}) {
        CAPTURE(code);
        auto [result, report] = run_reported({"--", "sh", "-c", "exit " + std::to_string(code)});
        CHECK(result.ending == exit_code(code));
        CHECK(result.err.empty());
        CHECK(report["reason"] == "exited");
        CHECK(report["error"].is_null());
        CHECK(report["exit_code"] == code);
    }
}

TEST_CASE_FIXTURE(Trial, "a command that died of a signal makes netrunner die of the same signal") {
    for (const int number :
         {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,   SIGBUS,  SIGFPE, SIGKILL, SIGUSR1,  SIGSEGV, SIGUSR2,
          SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO,  SIGSYS,  SIGRTMIN, SIGRTMAX}) {
        CAPTURE(number);
        const auto result = run({"--", "sh", "-c", "ulimit -c 0; kill -" + std::to_string(number) + " $$"});
        CHECK(result.ending == killed_by(number));
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner's own death leaves no core") {
    auto setup = runner({"--", "sh", "-c", "ulimit -c 0; kill -SEGV $$"});
    setup.argv.insert(setup.argv.begin(), {"/bin/sh", "-c", "ulimit -c unlimited; \"$@\"", "sh"});
    CHECK(complete(setup).ending == exit_code(139));  // and the trial fails if a file `core` is left
}

TEST_CASE_FIXTURE(Trial, "output before a failure is passed on") {
    const auto result = run({"--", "sh", "-c", "echo x; exit 9"});
    CHECK(result.ending == exit_code(9));
    CHECK(result.out == "x\n");
}

TEST_CASE_FIXTURE(Trial, "a fast failure is never mistaken for a lost command") {
    const auto result = bash("for i in $(seq " + std::to_string(times(150, 5000)) +
                                 "); do\n"
                                 "  nr -- sh -c 'exit 7'; [ $? = 7 ] || exit 1\n"
                                 "done",
                             300s);
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "the status of a command that exits at once is not lost") {
    const auto result =
        bash("for i in $(seq " + std::to_string(times(150, 10000)) + "); do nr -- true || exit 1; done", 300s);
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "many processes that die at the same instant change nothing") {
    for (int i = times(10, 200); i > 0; --i) CHECK(run({"--", program("burst"), "50", "11"}).ending == exit_code(11));
}

TEST_CASE_FIXTURE(Trial, "a signal to its own group hits the command, not the shepherd") {
    auto [result, report] = run_reported({"--", "sh", "-c", "kill -TERM 0"});
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(report["reason"] == "signaled");
    CHECK(report["signal"] == "SIGTERM");
    CHECK(report["exit_code"].is_null());
    CHECK(report["stop"].is_null());
}

TEST_CASE_FIXTURE(Trial, "an ignored SIGCHLD at the start does not lose the status") {
    auto setup = runner({"--", "sh", "-c", "exit 7"});
    setup.ignored = {SIGCHLD};
    CHECK(complete(setup).ending == exit_code(7));
}

TEST_CASE_FIXTURE(Trial, "a blocked SIGCHLD at the start does not lose the status") {
    auto setup = runner({"--", "sh", "-c", "exit 7"});
    setup.blocked = {SIGCHLD, SIGALRM, SIGTERM};
    CHECK(complete(setup).ending == exit_code(7));
}

TEST_CASE_FIXTURE(Trial, "a signal that was ignored at the start can still end netrunner as it ended the command") {
    auto setup = runner({"--", "/bin/bash", "-c", "kill -PIPE $$"});
    setup.ignored = {SIGPIPE};
    setup.blocked = {SIGPIPE};
    CHECK(complete(setup).ending == killed_by(SIGPIPE));
}

TEST_SUITE_END();
