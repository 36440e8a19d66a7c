// Signals: each reaches the command exactly once; ignored signals stay ignored; dispositions that parents leak are
// reset.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

namespace {

std::string number(int signal) { return std::to_string(signal); }

// The value of a mask in the text of /proc/PID/status.
unsigned long mask_of(const std::string& text, const std::string& name) {
    const auto at = text.find(name + ":\t");
    return at == std::string::npos ? ~0UL : std::stoul(text.substr(at + name.size() + 2), nullptr, 16);
}

unsigned long set_of(const std::vector<int>& signals) {
    unsigned long mask = 0;
    for (const int signal : signals) mask |= 1UL << (signal - 1);
    return mask;
}

int times_seen(const std::string& log, int signal) {
    int count = 0;
    for (const auto& line : lines(log)) count += line == number(signal) ? 1 : 0;
    return count;
}

const std::vector<std::string> show_masks{"--", "/bin/cat", "/proc/self/status"};

}  // namespace

TEST_SUITE_BEGIN("signals");

TEST_CASE_FIXTURE(Trial, "every signal that can be caught reaches the command once") {
    const auto log = path("log");
    auto process = start(runner({"--", program("log_signals"), log, number(SIGTERM), "5"}));
    ready(process, log);
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGXCPU,
                             SIGSTKFLT, SIGTSTP, SIGRTMIN, SIGRTMIN + 5, SIGRTMAX}) {
        CAPTURE(signal);
        process.signal(signal);
        process.wait_for("signal " + number(signal), [&] { return times_seen(read_text(log), signal) > 0; });
    }
    process.signal(SIGTERM);
    CHECK(process.finish().ending == exit_code(5));
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGXCPU, SIGSTKFLT,
                             SIGTSTP, SIGRTMIN, SIGRTMIN + 5, SIGRTMAX, SIGTERM}) {
        CAPTURE(signal);
        CHECK(times_seen(read_text(log), signal) == 1);
    }
}

TEST_CASE_FIXTURE(Trial, "ten signals arrive as ten signals") {
    const auto log = path("log");
    auto process = start(runner({"--", program("log_signals"), log, number(SIGTERM)}));
    ready(process, log);
    for (int i = 1; i <= 10; ++i) {
        process.signal(SIGUSR1);
        process.wait_for("one more USR1", [&] { return times_seen(read_text(log), SIGUSR1) >= i; });
    }
    process.signal(SIGTERM);
    process.finish();
    CHECK(times_seen(read_text(log), SIGUSR1) == 10);
}

TEST_CASE_FIXTURE(Trial, "a signal that the command does not catch ends the command and netrunner") {
    for (const int signal : {SIGUSR1, SIGALRM, SIGRTMIN + 2}) {
        CAPTURE(signal);
        auto process = start(runner({"--", "sh", "-c", "echo go; exec sleep 60"}));
        process.wait_for_output("go\n");
        process.signal(signal);
        CHECK(process.finish().ending == killed_by(signal));
    }
}

TEST_CASE_FIXTURE(Trial, "leaked dispositions and masks are reset, the deliberate ones stay") {
    auto setup = runner(show_masks);
    setup.ignored = {SIGHUP, SIGINT, SIGPIPE, SIGCHLD, SIGTSTP, SIGTTOU, SIGXFSZ};
    setup.blocked = {SIGUSR1, SIGTERM};
    const auto text = complete(setup).out;
    CHECK(mask_of(text, "SigIgn") == set_of({SIGHUP, SIGINT, SIGTSTP, SIGTTOU}));
    CHECK(mask_of(text, "SigBlk") == 0);
    CHECK(mask_of(text, "SigCgt") == 0);

    setup.ignored = {SIGQUIT, SIGTERM, SIGTTIN, SIGUSR1, SIGUSR2};
    CHECK(mask_of(complete(setup).out, "SigIgn") == set_of({SIGQUIT, SIGTERM, SIGTTIN, SIGUSR1, SIGUSR2}));
}

TEST_CASE_FIXTURE(Trial, "leaked dispositions are reset also if the groups do not fit into one read") {
    if (::geteuid() != 0) return skip("supplementary groups need root");
    std::string groups = "100000";
    for (int group = 100'001; group < 101'000; ++group) groups += "," + std::to_string(group);
    auto setup = runner(show_masks);
    setup.argv.insert(setup.argv.begin(), {"setpriv", "--groups", groups});
    setup.ignored = {SIGHUP, SIGPIPE, SIGXFSZ, SIGRTMIN + 3};
    const auto text = complete(setup).out;
    CHECK(mask_of(text, "SigIgn") == set_of({SIGHUP}));
    CHECK(contains(text, " 100999"));
}

TEST_CASE_FIXTURE(Trial, "without leaks the command has default signals") {
    const auto text = run(show_masks).out;
    CHECK(mask_of(text, "SigIgn") == 0);
    CHECK(mask_of(text, "SigBlk") == 0);
    CHECK(mask_of(text, "SigCgt") == 0);
}

TEST_CASE_FIXTURE(Trial, "--keep-signals keeps everything") {
    auto setup = runner({"--keep-signals"});
    setup.argv.insert(setup.argv.end(), show_masks.begin(), show_masks.end());
    setup.ignored = {SIGHUP, SIGPIPE, SIGCHLD, SIGXFSZ, SIGUSR1};
    setup.blocked = {SIGUSR2, SIGTERM, SIGRTMIN};
    const auto text = complete(setup).out;
    CHECK(mask_of(text, "SigIgn") == set_of(setup.ignored));
    CHECK(mask_of(text, "SigBlk") == set_of(setup.blocked));
}

TEST_CASE_FIXTURE(Trial, "a signal that was ignored at the start reaches a command that listens, and stops nothing") {
    const auto log = path("log");
    auto setup = runner({"-k", "100ms", "--", program("log_signals"), log, number(SIGRTMIN)});
    setup.ignored = {SIGHUP, SIGINT, SIGUSR1, SIGTERM, SIGQUIT};
    auto process = start(setup);
    ready(process, log);
    for (const int signal : {SIGHUP, SIGINT, SIGUSR1, SIGTERM, SIGQUIT}) {
        process.signal(signal);
        process.wait_for("the signal", [&] { return times_seen(read_text(log), signal) == 1; });
    }
    CHECK(!wait_until([&] { return !process.running(); }, 300ms));
    process.signal(SIGRTMIN);
    CHECK(process.finish().ending == exit_code(0));
    for (const int signal : {SIGHUP, SIGINT, SIGUSR1, SIGTERM, SIGQUIT}) CHECK(times_seen(read_text(log), signal) == 1);
}

TEST_CASE_FIXTURE(Trial, "QUIT from a process is only forwarded, as for a thread dump") {
    const auto log = path("log");
    auto process = start(runner({"-k", "100ms", "--", program("log_signals"), log, number(SIGRTMIN)}));
    ready(process, log);
    for (int i = 1; i <= 3; ++i) {
        process.signal(SIGQUIT);
        process.wait_for("QUIT", [&] { return times_seen(read_text(log), SIGQUIT) == i; });
    }
    CHECK(!wait_until([&] { return !process.running(); }, 300ms));
    process.signal(SIGRTMIN);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a command that inherits an ignored TERM is still ended by its limit") {
    auto setup = runner({"-t", "200ms", "-k", "300ms", "--", "sleep", "60"});
    setup.ignored = {SIGTERM, SIGINT, SIGHUP};
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 500, 3000);
}

TEST_CASE_FIXTURE(Trial, "netrunner receives TERM even when it was started with every signal blocked") {
    auto setup = runner({"--", "sh", "-c", "echo go; exec sleep 60"});
    for (int signal = 1; signal < NSIG; ++signal) setup.blocked.push_back(signal);
    auto process = start(setup);
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "a background job of a script ignores INT because its shell does") {
    auto process = start(command(
        {"/bin/sh", "-c", "\"$NR\" run -- sh -c 'echo go; sleep 0.5; exit 4' & echo pid $!; wait $!; echo $?"}));
    process.wait_for_output("go\n");
    process.wait_for_output("pid ");
    const auto job = static_cast<pid_t>(std::atoi(process.out().c_str() + process.out().find("pid ") + 4));
    REQUIRE(job > 0);
    ::kill(job, SIGINT);  // a child of our unreaped shell, which waits for it
    CHECK(contains(process.finish().out, "4\n"));
}

TEST_CASE_FIXTURE(Trial, "WINCH, CONT and CHLD from outside change nothing") {
    auto process = start(runner({"--", "sh", "-c", "echo go; sleep 0.5; exit 8"}));
    process.wait_for_output("go\n");
    for (const int signal : {SIGWINCH, SIGCONT, SIGCHLD, SIGURG}) process.signal(signal);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(8));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "a signal reaches the command also while its output is blocked") {
    const auto log = path("log");
    auto process = start(runner({"--", "sh", "-c", "yes & exec \"$PROGRAMS/log_signals\" log 12"}));
    process.skip_output();
    ready(process, log);
    process.signal(SIGUSR1);
    process.wait_for("USR1", [&] { return times_seen(read_text(log), SIGUSR1) == 1; });
    process.signal(SIGUSR2);
    CHECK(process.finish_unread().ending.exited);
}

TEST_CASE_FIXTURE(Trial, "TSTP and CONT from a process may pause the run, and no output is lost") {
    auto process = start(runner({"--", "sh", "-c", "echo go; sleep 0.3; echo end; exit 3"}));
    process.wait_for_output("go\n");
    process.signal(SIGTSTP);
    wait_until([&] { return state_of(process.pid()) == 'T' || !process.running(); }, 500ms);
    if (process.running()) process.signal(SIGCONT);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(3));
    CHECK(result.out == "go\nend\n");
}

TEST_SUITE_END();
