// Pipe mode on a real terminal: the command starts in the background, gets the foreground when it uses the terminal,
// and stops and continues with the shell's job control.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

#include "terminal_shell.hpp"

using namespace support;

namespace {

// The terminal echoes what is typed, so the expected texts appear only in the results.
constexpr const char* says_status = "; echo status=$((0+$?))";

}  // namespace

TEST_SUITE_BEGIN("job_control");

TEST_CASE_FIXTURE(Trial, "a command that reads the terminal gets what is typed") {
    TerminalShell shell(*this);
    shell.enter(std::string("nr -- sh -c 'read x; echo got-$x'") + says_status);
    REQUIRE(shell.foreground_is("read x"));
    shell.type("this\n");
    shell.expect("got-this\r\nstatus=0\r\nREADY> $");
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z stops the run, fg continues it, Ctrl-D ends its input") {
    TerminalShell shell(*this);
    shell.enter(std::string("nr -- cat") + says_status);
    REQUIRE(shell.foreground_is("cat"));
    shell.type("one\n");
    shell.expect("one\r\none\r\n");
    shell.type(ctrl_z);
    shell.expect("Stopped[^\n]*\r\nstatus=148\r\nREADY> $");
    shell.enter("fg >/dev/null; echo status=$((0+$?))");
    REQUIRE(shell.foreground_is("cat"));
    shell.type("two\n");
    shell.expect("two\r\ntwo\r\n");
    shell.type(ctrl_d);
    shell.expect("status=0\r\nREADY> $");
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z also stops a command that never touches the terminal, and bg lets it go on") {
    TerminalShell shell(*this);
    shell.enter("nr -- \"$PROGRAMS/ignore_signals\" - 28");
    shell.expect("ready [0-9]+\r\n");
    shell.type(ctrl_z);
    shell.expect("Stopped[^\n]*\r\n[^\n]*READY> $");
    shell.enter("bg; jobs -r | grep -c Running");
    shell.expect("\r\n1\r\n");
    shell.enter("kill %1; wait; echo done=$((1+1))");
    shell.expect("done=2\r\n");
}

TEST_CASE_FIXTURE(Trial, "limits do not count the time in which the run was stopped") {
    TerminalShell shell(*this);
    shell.enter(std::string("nr -t 2 -- sh -c 'echo go-$((1+1)); exec sleep 1'") + says_status);
    shell.expect("go-2\r\n");
    shell.type(ctrl_z);
    shell.expect("Stopped");
    shell.enter("sleep 2.5; echo slept-$((1+1))");
    shell.expect("slept-2\r\n");
    shell.enter("fg >/dev/null; echo status=$((0+$?))");
    shell.expect("status=0\r\n");
}

TEST_CASE_FIXTURE(Trial, "a run whose processes are all stopped and then continued, one by one, goes on") {
    TerminalShell shell(*this);
    shell.enter(
        "for i in 1 2 3 4 5 6 7 8; do rm -f pid go; "
        "\"$NR\" run -- sh -c 'echo $$ >pid; until [ -e go ]; do sleep 0.02; done' & "
        "until [ -s pid ]; do sleep 0.02; done; "
        "for s in STOP CONT; do kill -$s $! $(cat pid); sleep 0.1; done; "
        "touch go; wait $!; echo turn-$((i+10))=$?; done; echo all-$((1+1))");
    shell.expect("all-2\r\n");
    CHECK(contains(shell.printed(), "turn-18=0"));
    path("pid"), path("go");
}

TEST_CASE_FIXTURE(Trial, "one Ctrl-C ends a loop, whether the command had the terminal or not") {
    TerminalShell shell(*this);
    for (const std::string command : {"sleep 30", "sh -c 'read x'"}) {
        CAPTURE(command);
        shell.enter("for i in 1 2 3; do \"$NR\" run -v -- " + command + "; echo turn-$((i+10)); done");
        shell.expect("started (sleep|sh) \\([0-9]+\\)");
        if (command != "sleep 30") REQUIRE(shell.foreground_is("read x"));
        shell.type(ctrl_c);
        shell.expect("READY> $");
        CHECK(!contains(shell.printed(), "turn-12"));
    }
}

TEST_CASE_FIXTURE(Trial, "Ctrl-C reaches the command once") {
    TerminalShell shell(*this);
    shell.enter(std::string("nr -- sh -c 'trap \"echo caught-\\$((1+1)); n=\\$((n+1))\" INT; n=0; echo go-$((1+1)); "
                            "while [ $n = 0 ]; do sleep 0.05; done; sleep 0.2; exit $((40+n))'") +
                says_status);
    shell.expect("go-2\r\n");
    shell.type(ctrl_c);
    shell.expect("caught-2\r\nstatus=41\r\n");
}

TEST_CASE_FIXTURE(Trial, "after a command that had the terminal, the script around it can read the terminal again") {
    TerminalShell shell(*this);
    shell.enter("bash -c '\"$NR\" run -- bash -ic true; read y; echo read-$y'");
    REQUIRE(shell.foreground_is("read y"));
    shell.type("this\n");
    shell.expect("read-this\r\n");
}

TEST_CASE_FIXTURE(Trial, "a run in the background is stopped only when its command reads the terminal") {
    TerminalShell shell(*this);
    shell.enter("nr -- sh -c 'echo back-$((1+1))' & wait; echo done-$((1+1))");
    shell.expect("back-2\r\n");
    shell.expect("done-2\r\n");
    CHECK(!contains(shell.printed(), "Stopped"));
    shell.enter("nr -- sh -c 'read x; echo got-$x' &");
    shell.enter("until jobs | grep -q Stopped; do sleep 0.02; done; echo seen-$((1+1))");
    shell.expect("seen-2\r\n");
    shell.enter("fg >/dev/null");
    REQUIRE(shell.foreground_is("read x"));
    shell.type("that\n");
    shell.expect("got-that\r\n");
}

TEST_CASE_FIXTURE(Trial, "without a controlling terminal, opening /dev/tty fails at once") {
    const auto result = run({"--", "sh", "-c", "(read x </dev/tty) 2>/dev/null || echo none"});
    CHECK(result.out == "none\n");
}

TEST_CASE_FIXTURE(Trial, "the terminal's settings and its foreground are restored") {
    TerminalShell shell(*this);
    shell.enter("before=$(stty -a); nr -- sh -c 'read x </dev/tty'");
    REQUIRE(shell.foreground_is("read x"));
    shell.type("x\n");
    shell.expect("READY> $");
    shell.enter("[ \"$(stty -a)\" = \"$before\" ] && echo same-$((1+1))");
    shell.expect("same-2\r\n");
}

TEST_CASE_FIXTURE(Trial, "a command that reads /dev/tty gets what is typed, whatever its standard input is") {
    TerminalShell shell(*this);
    const auto before = shell.answer("stty -a");
    shell.enter(
        "nr -- sh -c 'stty -echo </dev/tty; echo go-$((1+1)); read x </dev/tty; stty echo </dev/tty; "
        "echo got-${#x}' </dev/null");
    shell.expect("go-2\r\n");
    REQUIRE(shell.foreground_is("got-"));
    shell.type("secret\n");
    shell.expect("got-6\r\n");
    shell.prompts();
    CHECK(!contains(shell.printed(), "secret"));
    CHECK(shell.answer("stty -a") == before);
}

TEST_CASE_FIXTURE(Trial, "a command may set the terminal's modes, and they stay set") {
    TerminalShell shell(*this, dash_shell);
    CHECK(contains(shell.answer("\"$NR\" run -- stty -a"), "icanon"));
    shell.answer("\"$NR\" run -- stty erase X");
    CHECK(shell.modes().c_cc[VERASE] == 'X');
}

TEST_CASE_FIXTURE(Trial, "after an interactive shell inside a run, the outer shell has the terminal again") {
    for (const std::string inner : {"bash -ic true", "zsh -f -ic true", "bash --norc -ic \"exit 3\""}) {
        if (!installed(inner.substr(0, inner.find(' ')))) continue;
        CAPTURE(inner);
        TerminalShell shell(*this, dash_shell);
        const auto before = shell.modes();
        shell.answer("\"$NR\" run -- " + inner);
        CHECK(shell.status() == (contains(inner, "exit 3") ? 3 : 0));
        CHECK(same_modes(shell.modes(), before));
        shell.enter("sh -c '\"$NR\" run -- " + inner + "; read y; echo read-$y'");
        REQUIRE(shell.foreground_is("read y"));
        shell.type("this\n");
        shell.expect("read-this\r\n");
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner inside netrunner stops, continues and ends as one") {
    TerminalShell shell(*this);
    shell.enter(std::string("nr -- \"$NR\" run -- cat") + says_status);
    REQUIRE(shell.foreground_is("cat"));
    shell.type("one\n");
    shell.expect("one\r\none\r\n");
    shell.type(ctrl_z);
    shell.expect("Stopped[^\n]*\r\nstatus=148\r\nREADY> $");
    shell.enter("fg >/dev/null; echo status=$((0+$?))");
    REQUIRE(wait_until([&] { return command_line_of(shell.foreground()) == "cat"; }));
    shell.type("two\n");
    shell.expect("two\r\ntwo\r\n");
    shell.type(ctrl_d);
    shell.expect("status=0\r\nREADY> $");
}

TEST_CASE_FIXTURE(Trial, "another process of the pipeline keeps the terminal while the command does not use it") {
    TerminalShell shell(*this);
    shell.enter("nr -- sleep 0.5 | sh -c 'echo go-$((1+1)); read x </dev/tty; echo got-$x'");
    shell.expect("go-2\r\n");
    shell.type("this\n");
    shell.expect("got-this\r\n");
    shell.prompts();
    CHECK(!contains(shell.printed(), "Stopped"));
}

TEST_CASE_FIXTURE(Trial, "with tostop a background run that prints is stopped, without tostop it prints") {
    for (const auto& argv : {bash_shell, dash_shell}) {
        CAPTURE(argv[0]);
        TerminalShell shell(*this, argv);
        shell.enter("\"$NR\" run -- echo x-$((1+1)) &");
        shell.expect("x-2\r\n");
        shell.answer("wait");
        shell.answer("stty tostop");
        shell.answer("\"$NR\" run -- sh -c 'echo x-$((1+2))' &");
        CHECK(shell.has_stopped_job());
        CHECK(!contains(shell.printed(), "x-3"));
        shell.answer("stty -tostop");
        shell.enter("fg >/dev/null");
        shell.expect("x-3\r\n");
        shell.prompts();
    }
}

TEST_CASE_FIXTURE(Trial, "dash and zsh stop and continue the run, too") {
    for (const auto& argv : {dash_shell, zsh_shell}) {
        if (!installed(argv[0])) continue;
        CAPTURE(argv[0]);
        TerminalShell shell(*this, argv);
        shell.enter("\"$NR\" run -- cat");
        REQUIRE(shell.foreground_is("cat"));
        REQUIRE(wait_until([&] { return command_line_of(shell.foreground()) == "cat"; }));
        shell.type("one\n");
        shell.expect("one\r\none\r\n");
        shell.type(ctrl_z);
        REQUIRE(shell.says_stopped());
        shell.enter("fg >/dev/null");
        REQUIRE(wait_until([&] { return command_line_of(shell.foreground()) == "cat"; }));
        shell.type("two\n");
        shell.expect("two\r\ntwo\r\n");
        shell.type(ctrl_d);
        shell.prompts();
        CHECK(shell.status() == 0);
        shell.enter("\"$NR\" run -- sh -c 'echo go-$((1+1)); exec sleep 60'");
        shell.expect("go-2\r\n");
        shell.type(ctrl_c);
        shell.prompts();
        CHECK(shell.status() == 130);
    }
}

// ---- regressions that were found in use

TEST_CASE_FIXTURE(Trial, "inside a command substitution the command gets what is typed") {
    TerminalShell shell(*this);
    shell.enter("x=$(\"$NR\" run -- sh -c 'echo asks >&2; read y; echo got-$y'); echo \"x is $x\"");
    shell.expect("asks\r\n");
    REQUIRE(shell.foreground_is("read y"));
    shell.type("this\n");
    shell.expect("x is got-this\r\n");
}

TEST_CASE_FIXTURE(Trial, "terminal modes that a command has set are restored when netrunner ends the command") {
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    shell.enter("nr -t 500ms -- sh -c 'stty raw -echo; sleep 60'");
    CHECK(wait_until([&] { return shell.raw(); }));
    shell.expect("timed out");
    shell.prompts();
    CHECK(wait_until([&] { return same_modes(shell.modes(), before); }));
}

TEST_CASE_FIXTURE(Trial, "a terminal that hangs up ends a command that ignores HUP, in bash and in zsh") {
    expect_strays();
    for (const auto& argv : {bash_shell, zsh_shell}) {
        CAPTURE(argv.front());
        if (!installed(argv.front())) continue;
        TerminalShell shell(*this, argv);
        const auto pid = path("pid");
        std::filesystem::remove(pid);
        shell.enter("nr -k 300ms -- sh -c 'trap \"\" HUP; echo $$ >pid; exec sleep 60'");
        CHECK(wait_until([&] { return std::atoi(read_text(pid).c_str()) > 0; }));
        const pid_t command = std::atoi(read_text(pid).c_str());
        shell.hang_up();
        CHECK(wait_until([&] { return !is_running(command); }, 5s));
    }
}

TEST_CASE_FIXTURE(Trial, "a background run outlives its terminal as its command would, with and without --pty") {
    expect_strays();
    for (const std::string mode : {"", "--pty "}) {
        CAPTURE(mode);
        TerminalShell shell(*this);
        const auto pid = path("pid");
        std::filesystem::remove(pid);
        shell.enter("nr " + mode + "-- sh -c 'echo $$ >pid; exec sleep 60' & disown");
        CHECK(wait_until([&] { return std::atoi(read_text(pid).c_str()) > 0; }));
        const pid_t command = std::atoi(read_text(pid).c_str());
        shell.hang_up();
        let_pass(500ms);
        CHECK(is_running(command));
        ::kill(command, SIGKILL);
        CHECK(wait_until([&] { return !is_running(command); }));
    }
}

TEST_SUITE_END();
