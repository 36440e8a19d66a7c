// Tests the harness itself against programs with known behaviour, because all other tests rely on it.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

#include "liveness.hpp"
#include "pattern.hpp"
#include "terminal_shell.hpp"
#include "tmux.hpp"

using namespace support;

TEST_SUITE_BEGIN("harness");

TEST_CASE_FIXTURE(Trial, "both streams and the exit code of a program are collected") {
    const auto result = complete(command({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}));
    CHECK(result.ending == exit_code(3));
    CHECK(result.out == "out\n");
    CHECK(result.err == "err\n");
}

TEST_CASE_FIXTURE(Trial, "a death by signal is distinguished from an exit") {
    const auto result = complete(command({"/bin/sh", "-c", "kill -TERM $$"}));
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(result.ending.shell_status() == 143);
}

TEST_CASE_FIXTURE(Trial, "input of any size is fed and ended") {
    auto setup = command({"/bin/cat"});
    setup.in = piped();
    setup.input = pattern(1 << 20);
    CHECK(complete(setup).out == setup.input);
}

TEST_CASE_FIXTURE(Trial, "the writer writes the pattern on both streams") {
    const auto result = complete(command({program("write_bytes"), "100000", "50000", "5"}));
    CHECK(result.ending == exit_code(5));
    CHECK(result.out == pattern(100000, 1));
    CHECK(result.err == pattern(50000, 2));
}

TEST_CASE_FIXTURE(Trial, "signals and closed descriptors are set up as asked") {
    auto setup = command({"/bin/grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"});
    setup.ignored = {SIGHUP, SIGUSR1};
    setup.blocked = {SIGTERM};
    const auto result = complete(setup);
    CHECK(contains(result.out, "SigBlk:\t0000000000004000"));
    CHECK(contains(result.out, "SigIgn:\t0000000000000201"));

    auto fds = command({program("print_fds")});
    fds.in = closed();
    fds.err = closed();
    CHECK(lines(complete(fds).out).size() == 1);
}

TEST_CASE_FIXTURE(Trial, "the harness finds a daemon by its tag, and ends it") {
    expect_strays();
    const auto where = path("daemon");
    auto setup = command({program("daemonize"), where, "close", "ignore"});
    setup.leaves_processes = true;
    const auto result = complete(setup);
    CHECK(result.left.size() == 1);
    CHECK(!nothing_left(100ms));
    end_leftovers();
    CHECK(nothing_left(1s));
}

TEST_CASE_FIXTURE(Trial, "the harness finds a process at every look, also while that process is in execve(2)") {
    auto process = start(command({program("exec_again"), path("ready")}));
    process.wait_for("the first exec", [&] { return announced(path("ready")) > 0; });
    int missed = 0;
    for (int look = 0; look < 300; ++look) missed += left(process).empty() ? 1 : 0;
    CHECK(missed == 0);
    process.signal(SIGKILL);
    CHECK(process.finish().ending == killed_by(SIGKILL));
}

TEST_CASE_FIXTURE(Trial, "what a suite skips is a skipped entry of ctest, and a failed one if it is not expected") {
    const std::string script = std::string(SOURCE_DIR) + "/tests/support/report_skips.py";
    const auto report = [&](const std::string& skips, const std::string& expected) {
        auto setup = command({"/usr/bin/python3", script, "system.x", path(skips)});
        // CI itself sets the variable.
        auto& variable = setup.environment["NETRUNNER_TEST_EXPECTED_SKIPS"];
        variable = std::nullopt;
        if (!expected.empty()) variable = path(expected);
        return complete(setup);
    };
    std::ofstream(path("skips")) << "a key: no tmux (3.0)\na key: no tmux (3.0)\na group: no cgroup\n";
    std::ofstream(path("both")) << "# for CI\nsystem\\.x: a key: no tmux .*\nsystem\\.x: a group: no cgroup\n";
    std::ofstream(path("one")) << "system\\.x: a key: no tmux .*\nno cgroup\n";
    CHECK(report("none", "").ending == exit_code(0));
    CHECK(report("none", "one").ending == exit_code(0));
    CHECK(report("skips", "").ending == exit_code(77));
    CHECK(report("skips", "both").ending == exit_code(77));
    const auto unexpected = report("skips", "one");
    CHECK(unexpected.ending == exit_code(1));
    CHECK(unexpected.out == "unexpected: system.x: a group: no cgroup\nsystem.x: a key: no tmux (3.0)\n");
}

TEST_CASE_FIXTURE(Trial, "the liveness FIFO shows a process that has lost its tag") {
    expect_strays();
    const Liveness alive{path("fifo")};
    const auto where = path("daemon");
    auto setup = command({"/bin/sh", "-c", "exec 9>fifo; \"$PROGRAMS/daemonize\" daemon clear"});
    const auto result = complete(setup);
    CHECK(result.left.empty());
    CHECK(alive.somebody_lives());
    const auto pid = announced(where);
    REQUIRE(is_running(pid));
    ::kill(pid, SIGKILL);
    CHECK(alive.all_gone());
}

TEST_CASE_FIXTURE(Trial, "a stopped reader blocks the writer") {
    auto process = start(command({"/usr/bin/yes"}));
    CHECK(settles([&] { return bytes_written(process.pid()); }, 200ms));
    CHECK(wait_until([&] { return state_of(process.pid()) == 'S'; }));
    process.signal(SIGTERM);
    CHECK(process.finish_unread().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "bash scripts see the binary") {
    CHECK(bash("[ -n \"$NR\" ] && type nr >/dev/null && false | true; echo ${PIPESTATUS[0]}").out == "1\n");
}

TEST_CASE_FIXTURE(Trial, "every shell can be driven on a terminal") {
    for (const auto& argv : {bash_shell, dash_shell, zsh_shell, fish_shell}) {
        if (!installed(argv[0])) continue;
        CAPTURE(argv[0]);
        TerminalShell shell(*this, argv, 90, 30);
        CHECK(begins(shell.answer("stty size"), "30 90\r\n"));
        shell.answer("sh -c 'exit 3'");
        CHECK(shell.status() == 3);
        shell.enter("sh -c 'echo go-$((1+1)); exec sleep 60'");
        shell.expect("go-2\r\n");
        REQUIRE(shell.foreground_is("sleep"));
        shell.type(ctrl_z);
        CHECK(shell.says_stopped());
        shell.enter("fg");
        REQUIRE(shell.foreground_is("sleep"));
        shell.type(ctrl_c);
        shell.prompts();
        if (argv[0] != "fish") CHECK(shell.status() == 130);  // fish reports the status of `fg`
    }
}

TEST_CASE_FIXTURE(Trial, "the terminal's modes can be read and set from outside, and a session leader gets SIGHUP") {
    expect_strays();
    Terminal terminal;
    const auto before = terminal.modes();
    auto process = start(terminal.leader(*this, {"/bin/sh", "-c",
                                                 "trap 'echo heard >heard; exit 5' HUP; stty raw; echo go; "
                                                 "while :; do sleep 0.02; done"}));
    terminal.expect("go\n");
    CHECK(terminal.becomes_raw());
    CHECK(!same_modes(terminal.modes(), before));
    terminal.set_modes(before);
    CHECK(!terminal.raw());
    terminal.hang_up();
    CHECK(process.finish().ending == exit_code(5));
    CHECK(read_text(path("heard")) == "heard\n");
}

TEST_CASE_FIXTURE(Trial, "a screen can be read, resized and closed") {
    if (!installed("tmux")) return;
    Tmux tmux(*this, bash_shell);
    tmux.shows("READY>\n");
    tmux.enter("clear; trap 'stty size' WINCH; printf 'a\\nb\\n'");
    tmux.shows("^a\nb\n");
    tmux.resize(100, 30);
    tmux.enter("stty size");
    tmux.shows("30 100\n");
    const pid_t shell = tmux.pane_process();
    CHECK(name_of(shell) == "bash");
    tmux.kill_pane();
    CHECK(wait_until([&] { return !is_running(shell); }));
}

TEST_SUITE_END();
