// What a command has switched on in the user's terminal emulator is ended when a stop ends the command; and logs and
// pipes have no carriage returns of the command's terminal, whatever the command sets there.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

#include "terminal_shell.hpp"
#include "tmux.hpp"

using namespace support;

namespace {

// What a full-screen program switches on: alternate screen, keypad and cursor keys, mouse, focus, paste, keyboard
// protocols, scroll region, hidden cursor.
const std::string begins_all =
    R"(printf "\033[?1049h\033[?1h\033=\033[?1002;1006h\033[?1004h\033[?2004h\033[>1u\033[>4;2m\033[2;9r\033[?25lgo")";
const std::string ends_all =
    "\x1b\\[<1u\x1b\\[>4m\x1b"
    "7\x1b\\[r\x1b"
    "8\x1b>\x1b\\[\\?1l\x1b\\[\\?1002l\x1b\\[\\?1004l\x1b\\[\\?1006l\x1b\\[\\?2004l"
    "\x1b\\[\\?25h\x1b\\[\\?1049l";

}  // namespace

TEST_SUITE_BEGIN("screen_modes");

TEST_CASE_FIXTURE(Trial, "a stop with --pty ends exactly the modes that the command has begun") {
    TerminalShell shell(*this);
    std::ofstream{path("all")} << begins_all << "; exec sleep 60\n";
    shell.enter("nr --pty -t 300ms -- sh all");
    shell.expect("go" + ends_all + "netrunner: [^\n]*timed out");
    shell.prompts();
    std::ofstream{path("one")} << R"(printf "\033[?25l\033[?1049h\033[?1049l\033[31mred\033[0mgo"; exec sleep 60)"
                               << "\n";
    shell.enter("nr --pty -t 300ms -- sh one");
    shell.expect("go\x1b\\[\\?25h\r\nnetrunner: [^\n]*timed out");
    shell.prompts();
    shell.enter("nr --pty -t 300ms -- sh -c 'printf go; exec sleep 60'");
    shell.expect("go\r\nnetrunner: [^\n]*timed out");
}

TEST_CASE_FIXTURE(Trial, "a signal from outside and a command that ignores it end the modes, too") {
    TerminalShell shell(*this);
    std::ofstream{path("all")} << "trap '' TERM; " << begins_all << "; while :; do sleep 1; done\n";
    shell.enter("\"$NR\" run --pty -k 200ms -- sh all & sleep 0.5; kill $!; wait");
    shell.expect(ends_all);
}

TEST_CASE_FIXTURE(Trial, "if netrunner is killed, the guard ends the modes, or the shepherd if both are killed") {
    expect_strays();
    for (const bool guard_too : {false, true}) {
        CAPTURE(guard_too);
        TerminalShell shell(*this, dash_shell);
        std::ofstream{path("all")} << begins_all << "; exec sleep 60\n";
        shell.enter("\"$NR\" run --pty -- sh all");
        shell.expect("go");
        REQUIRE(shell.becomes_raw());
        const pid_t runner = shell.foreground();
        const pid_t shepherd = child_running(runner, "netrunner-shepherd");
        REQUIRE(shepherd > 0);
        const pid_t guard = child_running(shepherd, "netrunner-shepherd");
        // The runner tells the guard once the output is at rest; both are asleep then.
        REQUIRE(wait_until([&] { return state_of(runner) == 'S' && state_of(guard) == 'S'; }));
        shell.forget();
        if (guard_too) ::kill(guard, SIGKILL);
        ::kill(runner, SIGKILL);
        shell.expect(ends_all);
        shell.prompts();
    }
}

TEST_CASE_FIXTURE(Trial, "a command that ends by itself leaves what it has begun, as without netrunner") {
    TerminalShell shell(*this);
    std::ofstream{path("paste")} << R"(printf "\033[?2004hgo"; exit 3)"
                                 << "\n";
    CHECK(contains(shell.answer("nr --pty -- sh paste"), "\x1b[?2004hgo"));
    CHECK(!contains(shell.printed(), "\x1b[?2004l"));
}

TEST_CASE_FIXTURE(Trial, "output that goes elsewhere is not followed, a relayed terminal is") {
    TerminalShell shell(*this);
    std::ofstream{path("cursor")} << R"(printf "\033[?25lgo"; exec sleep 60)"
                                  << "\n";
    shell.answer("nr --pty -t 300ms -- sh cursor >" + path("out"));
    CHECK(read_text(path("out")) == "\x1b[?25lgo");
    shell.enter("nr -o " + path("log") + " -t 300ms -- sh cursor");
    shell.expect("go\x1b\\[\\?25h\r\nnetrunner: [^\n]*timed out");
    CHECK(read_text(path("log")) == "\x1b[?25lgo");
}

TEST_CASE_FIXTURE(Trial, "after an editor that was stopped, the screen and the keys are the shell's again") {
    if (!installed("tmux") || !installed("vi")) return;
    Tmux tmux(*this, bash_shell);
    tmux.shows("READY>\n");
    // Given a SIGTERM, vi may begin to restore the screen itself, and scrolls it.
    tmux.enter(
        "clear; echo before-$((1+1)); \"$NR\" run --pty -t 1s -s KILL -- vi -u NONE -i NONE; echo over-$((1+1))");
    tmux.shows("^~\n|\n~\n");
    tmux.shows("before-2\nnetrunner: [^\n]*timed out after 1s[^\n]*\nover-2\n");
}

TEST_CASE_FIXTURE(Trial, "logs and pipes have no carriage returns when the command sets the terminal's modes itself") {
    const std::string sets = "stty -F /dev/tty sane; printf \"a\\nb\\n\"; sleep 0.1; printf \"10%%\\r20%%\\nc\\n\"";
    const auto piped = run({"--pty", "-o", path("log"), "--", "sh", "-c", sets});
    CHECK(piped.out == "a\nb\n10%\r20%\nc\n");
    CHECK(read_text(path("log")) == "a\nb\n10%\r20%\nc\n");
    // Without that mode, a carriage return is the command's own.
    CHECK(run({"--pty", "--", "printf", "a\\r\\nb\\n"}).out == "a\r\nb\n");
    if (!installed("git") || !installed("less")) return;
    TerminalShell shell(*this);
    shell.answer("export TERM=xterm LESS=R");
    shell.answer("git init -q r && cd r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m subject");
    shell.enter("nr --pty -o " + path("log") + " -- git -c core.pager='less -+F' log");
    shell.expect("subject");
    shell.type("q");
    shell.prompts();
    CHECK(contains(read_text(path("log")), "subject"));
    CHECK(!contains(read_text(path("log")), "\r\n"));
    shell.answer("cd ..; rm -rf r");
}

TEST_SUITE_END();
