// A run that is suspended, by job control, a batch system or SIGSTOP to all of its processes: it continues where it
// was, and no limit counts the time. Job control on a terminal: job_control.cpp.
#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("suspension");

TEST_CASE_FIXTURE(Trial,
                  "a job of a script stops at TSTP with its command, its limits pause, and CONT continues both") {
    for (const std::string options : {"", "--pty "}) {
        CAPTURE(options);
        // `set -m`: the shell gives each job a process group and can report and continue it, without a terminal. The
        // command starts no process: a shell that waits for the exec of a child that is stopped does not stop.
        const auto result = bash("set -m; rm -f fifo go; mkfifo fifo; nr -t 2 --idle-timeout 2 " + options +
                                 "-- sh -c 'echo go >go; read x <fifo; echo end; exit 3' &\n"
                                 "until [ -s go ]; do sleep 0.02; done; kill -TSTP %1\n"
                                 "until jobs %1 | grep -q Stopped; do sleep 0.02; done; sleep 2.5\n"
                                 "jobs %1 | grep -o Stopped; kill -CONT %1; echo x >fifo; wait %1; echo status=$?");
        CAPTURE(result.err);
        CHECK(lines(result.out) == std::vector<std::string>{"Stopped", "end", "status=3"});
        CHECK(!contains(result.err, "netrunner:"));
    }
    path("go"), path("fifo");
}

TEST_CASE_FIXTURE(Trial, "TSTP does not stop a run in a process group that no process can continue") {
    for (const std::string option : {"--stdout=pipe", "--pty"}) {
        CAPTURE(option);
        auto setup = runner({option, "--", "sh", "-c", "echo go; read line; exit 3"});
        setup.argv.insert(setup.argv.begin(), {"setsid", "-w"});
        setup.in = piped();
        setup.hold_input = true;
        auto process = start(setup);
        process.wait_for_output("go\n");
        const pid_t runner =
            contains(name_of(process.pid()), "netrunner") ? process.pid() : child_running(process.pid(), "netrunner");
        REQUIRE(runner > 0);
        ::kill(runner, SIGTSTP);
        process.feed("x\n");
        CHECK(process.finish().ending == exit_code(3));
    }
}

TEST_SUITE_END();
