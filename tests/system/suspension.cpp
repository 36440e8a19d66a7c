// A run that is suspended, by job control, a batch system or SIGSTOP to all of its processes: it continues where it
// was, and no limit counts the time. Job control on a terminal: job_control.cpp.
#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

namespace {

void signal_all(const std::vector<pid_t>& processes, int signal) {
    for (const pid_t pid : processes) ::kill(pid, signal);
}

/// netrunner first, then its helpers, then the command's tree.
std::vector<pid_t> all_of(const Process& run) {
    std::vector<pid_t> all = descendants_of(run.pid());
    all.insert(all.begin(), run.pid());
    return all;
}

}  // namespace

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

TEST_CASE_FIXTURE(Trial, "the time for which the whole run was stopped counts for no limit") {
    for (const std::string limit : {"--idle-timeout", "-t"}) {
        CAPTURE(limit);
        auto process = start(runner({limit, "1500ms", "--", "sh", "-c", "echo go; sleep 0.8; echo end; exit 3"}));
        process.wait_for_output("go\n");
        const auto all = all_of(process);
        CHECK(all.size() >= 4);
        signal_all(all, SIGSTOP);
        let_pass(2500ms);
        signal_all(all, SIGCONT);
        const auto result = process.finish();
        CHECK(result.ending == exit_code(3));
        CHECK(result.out == "go\nend\n");
        CHECK(result.err.empty());
    }
}

TEST_CASE_FIXTURE(Trial, "a limit still holds after a suspension") {
    for (const std::string limit : {"--idle-timeout", "-t"}) {
        CAPTURE(limit);
        auto process = start(runner({limit, "700ms", "--", "sh", "-c", "echo go; exec sleep 60"}));
        process.wait_for_output("go\n");
        const auto all = all_of(process);
        signal_all(all, SIGSTOP);
        let_pass(1500ms);
        signal_all(all, SIGCONT);
        const auto continued = Clock::now();
        CHECK(process.finish().ending == exit_code(124));
        CHECK(Clock::now() - continued < scaled(4s));
    }
}

TEST_CASE_FIXTURE(Trial, "a grace does not count the time in which the whole run was stopped") {
    const std::string cleans = "trap 'for i in 1 2 3 4 5; do sleep 0.1; done; echo cleaned; exit 7' TERM; ";
    auto process = start(runner({"-k", "2s", "--", "sh", "-c", cleans + "echo go; while :; do sleep 0.05; done"}));
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    REQUIRE(wait_until([&] {
        for (const pid_t pid : descendants_of(process.pid())) {
            if (command_line_of(pid) == "sleep 0.1") return true;
        }
        return false;
    }));
    const auto all = all_of(process);
    signal_all(all, SIGSTOP);
    let_pass(4s);
    signal_all(all, SIGCONT);
    const auto result = process.finish();
    CHECK(result.out == "go\ncleaned\n");
    CHECK(result.ending == exit_code(7));
}

TEST_CASE_FIXTURE(Trial, "-v says for how long netrunner could not run") {
    auto process = start(runner({"-v", "-t", "60", "--", "sh", "-c", "echo go; sleep 3; exit 3"}));
    process.wait_for_output("go\n");
    process.signal(SIGSTOP);
    let_pass(1800ms);
    process.signal(SIGCONT);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(3));
    CHECK(contains(result.err, "could not run for"));
}

TEST_SUITE_END();
