// The terminal that --pty makes, and the user's terminal: size, modes, control; the user's terminal is always restored.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "terminal_shell.hpp"

using namespace support;

namespace {

const std::vector<std::string> show_size{"--pty", "--", "sh", "-c", "stty size </dev/tty"};

std::string size_seen(Trial& trial, const std::string& columns, const std::string& rows) {
    auto setup = trial.runner(show_size);
    setup.environment["COLUMNS"] = columns;
    setup.environment["LINES"] = rows;
    return trial.complete(setup).out;
}

}  // namespace

TEST_SUITE_BEGIN("pty_terminal");

TEST_CASE_FIXTURE(Trial, "without any terminal the size is 80x24, or what COLUMNS and LINES say") {
    auto setup = runner(show_size);
    setup.environment["LINES"] = std::nullopt;
    CHECK(complete(setup).out == "24 80\n");
    CHECK(size_seen(*this, "100", "30") == "30 100\n");
    for (const std::string nonsense : {"", "0", "-5", "x", "99999999"}) {
        CAPTURE(nonsense);
        CHECK(size_seen(*this, nonsense, nonsense) == "24 80\n");
    }
}

TEST_CASE_FIXTURE(Trial, "the size is the user's terminal's from the very first moment") {
    TerminalShell shell(*this, bash_shell, 97, 31);
    CHECK(shell.answer("for i in $(seq " + std::to_string(times(20, 50)) +
                       "); do nr --pty -- stty size; done | sort -u") == "31 97\r\n");
}

TEST_CASE_FIXTURE(Trial, "the user's terminal is found on any of the descriptors, or none") {
    TerminalShell shell(*this, dash_shell, 91, 33);
    const std::string run = "\"$NR\" run --pty -- sh -c 'stty size </dev/tty' ";
    CHECK(shell.answer(run + "</dev/null 2>/dev/null") == "33 91\r\n");
    CHECK(shell.answer(run + "</dev/null | cat") == "33 91\r\n");
    CHECK(shell.answer(run + "2>/dev/null | cat") == "33 91\r\n");
    CHECK(shell.answer(run + "</dev/null 2>/dev/null | cat") == "33 91\r\n");
}

TEST_CASE_FIXTURE(Trial, "a user's terminal of unknown size gives 80x24") {
    TerminalShell shell(*this, dash_shell, 0, 0);
    CHECK(shell.answer("\"$NR\" run --pty -- stty size") == "24 80\r\n");
}

TEST_CASE_FIXTURE(Trial, "--winsize sets the size") {
    const auto size_of = [&](const std::string& size) {
        return run({"--pty", "--winsize", size, "--", "sh", "-c", "stty size </dev/tty"}).out;
    };
    CHECK(size_of("120x40") == "40 120\n");
    CHECK(size_of("1x1") == "1 1\n");
    CHECK(size_of("65535x65535") == "65535 65535\n");
}

TEST_CASE_FIXTURE(Trial, "a malformed size, or a size without --pty, is refused") {
    for (const std::string size : {"", "80", "80x", "x24", "80x24x3", "axb", "-1x24", "65536x24", "80x65536", "0x24",
                                   "80x0", " 80x24", "80*24", "1e2x24"}) {
        CAPTURE(size);
        CHECK_REFUSED(run({"--pty", "--winsize=" + size, "--", "true"}), "--winsize");
    }
    CHECK_REFUSED(run({"--winsize", "80x24", "--", "true"}), "--pty");
}

TEST_CASE_FIXTURE(Trial, "a change of the user's terminal reaches the command, the last one too") {
    TerminalShell shell(*this, dash_shell);
    shell.enter(
        "\"$NR\" run --pty -- sh -c 'trap \"stty size\" WINCH; echo go-$((1+1)); while :; do sleep 0.02; done'");
    shell.expect("go-2\r\n");
    shell.resize(100, 40);
    shell.expect("\n40 100\r\n");
    for (int i = 1; i <= 50; ++i) shell.resize(100 + i, 40);
    shell.expect("40 150\r\n");
    shell.type(ctrl_c);
    shell.prompts();
}

TEST_CASE_FIXTURE(Trial, "each change of size sends one WINCH, but none with --winsize") {
    const auto log = path("log");
    const auto changes = [&] {
        int count = 0;
        for (const auto& line : lines(read_text(log))) count += line == std::to_string(SIGWINCH) ? 1 : 0;
        return count;
    };
    for (const bool given : {false, true}) {
        CAPTURE(given);
        ::unlink(log.c_str());
        TerminalShell shell(*this, dash_shell);
        shell.enter(std::string("\"$NR\" run --pty ") + (given ? "--winsize 80x24 " : "") +
                    "-- \"$PROGRAMS/log_signals\" log 2");
        REQUIRE(wait_until([&] { return announced(log) > 0; }));
        REQUIRE(shell.becomes_raw());
        for (int i = 1; i <= 3; ++i) {
            shell.resize(80 + i, 24);
            if (!given) CHECK(wait_until([&] { return changes() == i; }, 3s));
        }
        CHECK(!wait_until([&] { return changes() > (given ? 0 : 3); }, 200ms));
        shell.type(ctrl_c);
        shell.prompts();
    }
}

TEST_CASE_FIXTURE(Trial, "a size from --winsize stays") {
    TerminalShell shell(*this, dash_shell);
    shell.enter("\"$NR\" run --pty --winsize 77x22 -- sh -c 'echo go-$((1+1)); read x; stty size'");
    shell.expect("go-2\r\n");
    shell.resize(100, 40);
    shell.type("x\r");
    shell.expect("22 77\r\n");
}

TEST_CASE_FIXTURE(Trial, "a change of size while the run was stopped reaches the command when it continues") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("nr --pty -- sh -c 'echo go-$((1+1)); read x; stty size'");
    shell.expect("go-2\r\n");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    shell.resize(101, 41);
    shell.enter("fg >/dev/null");
    REQUIRE(shell.becomes_raw());
    shell.type("x\r");
    shell.expect("41 101\r\n");
}

TEST_CASE_FIXTURE(Trial, "the command has a controlling terminal and is its foreground, in the shepherd's session") {
    CHECK(run({"--pty", "--", "sh", "-c", "echo ok >/dev/tty"}).out == "ok\n");
    CHECK(begins(run({"--pty", "--", "sh", "-c", "tty <&1"}).out, "/dev/pts/"));
    const auto text = run({"--pty", "--", "sh", "-c", "exec ps -o pid=,pgid=,tpgid=,sid= -p $$"}).out;
    std::istringstream words{text};
    pid_t pid = 0, group = -1, foreground = -1, session = -1;
    words >> pid >> group >> foreground >> session;
    CAPTURE(text);
    CHECK(pid > 0);
    CHECK(group == pid);
    CHECK(foreground == pid);
    CHECK(session > 0);
    CHECK(session != pid);  // a session leader could not be stopped
}

TEST_CASE_FIXTURE(Trial, "an interactive shell has its job control") {
    TerminalShell shell(*this, dash_shell);
    shell.enter("\"$NR\" run --pty -- bash --norc --noprofile -i");
    shell.expect("READY> $");
    CHECK(!contains(shell.printed(), "job control"));
    shell.enter("sleep 60");
    REQUIRE(wait_until([&] { return shell.raw(); }));
    const pid_t runner = shell.foreground();
    REQUIRE(wait_until([&] {
        for (const pid_t pid : descendants_of(runner)) {
            if (name_of(pid) == "sleep") return true;
        }
        return false;
    }));
    shell.type(ctrl_z);
    shell.expect("Stopped[^\n]*\n[^\n]*READY> $");
    CHECK(shell.answer("jobs | grep -c sleep") == "1\r\n");
    shell.enter("kill %1; exit 5");
    shell.prompts();
    if (shell.status() != 5) shell.enter("exit 5");  // bash refuses the first exit while it has stopped jobs
}

TEST_CASE_FIXTURE(Trial,
                  "without a user's terminal the modes are a terminal's defaults, with UTF-8 and bare newlines") {
    auto modes = run({"--pty", "--", "sh", "-c", "stty -a </dev/tty"}).out;
    std::replace(modes.begin(), modes.end(), '\n', ' ');
    for (const std::string word :
         {" isig ", " icanon ", " icrnl ", " opost ", " iutf8 ", " -onlcr", " echo ", "erase = ^?"}) {
        CHECK_MESSAGE(contains(modes, word), word, " in ", modes);
    }
    auto typed = runner({"--pty", "--stdin", "pty", "--", "stty", "-a"});
    CHECK(contains(complete(typed).out, " -echo "));
}

TEST_CASE_FIXTURE(Trial, "the command's terminal has the modes and characters that the user chose") {
    TerminalShell shell(*this, dash_shell);
    shell.answer("stty erase ^H intr ^X -echoctl ixany");
    const auto modes = shell.answer("\"$NR\" run --pty -- stty -a");
    CAPTURE(modes);
    CHECK(contains(modes, "erase = ^H"));
    CHECK(contains(modes, "intr = ^X"));
    CHECK(contains(modes, "-echoctl"));
    CHECK(contains(modes, " ixany"));
    CHECK(contains(modes, " onlcr"));
    CHECK(contains(modes, " icanon"));
    CHECK(contains(modes, " echo "));
}

TEST_CASE_FIXTURE(Trial, "modes that the command sets apply only to its terminal") {
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    shell.answer("\"$NR\" run --pty -- stty raw -echo erase X");
    CHECK(same_modes(shell.modes(), before));
}

TEST_CASE_FIXTURE(Trial, "the user's terminal is restored after every end") {
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    const auto unchanged = [&](int status) {
        CHECK(shell.prompts());
        CHECK(same_modes(shell.modes(), before));
        CHECK(shell.status() == status);
    };
    const std::string run = "\"$NR\" run -q --pty -- ";

    shell.enter(run + "sh -c 'exit 3'");
    unchanged(3);
    shell.enter(run + "netrunner-no-such-command");
    unchanged(127);
    shell.enter(run + "/etc/passwd");
    unchanged(126);
    shell.enter(run + "sh -c 'kill -SEGV $$'");
    unchanged(139);
    shell.enter("\"$NR\" run -q -t 200ms --pty -- sleep 60");
    unchanged(124);

    for (const auto& [keys, status] : {std::pair{ctrl_c, 130}, std::pair{ctrl_backslash, 131}}) {
        shell.enter(run + "sh -c 'ulimit -c 0; echo go-$((1+1)); exec sleep 60'");
        shell.expect("go-2\r\n");
        REQUIRE(shell.becomes_raw());
        shell.type(keys);
        unchanged(status);
    }
    for (const int signal : {SIGTERM, SIGHUP, SIGALRM, SIGINT, SIGUSR1, SIGRTMIN + 1}) {
        CAPTURE(signal);
        shell.enter(run + "sh -c 'echo go-$((1+1)); exec sleep 60'");
        shell.expect("go-2\r\n");
        REQUIRE(shell.becomes_raw());
        const pid_t runner = shell.foreground();
        REQUIRE(name_of(runner) == "netrunner");
        ::kill(runner, signal);
        unchanged(128 + signal);
    }
    shell.enter(run + "sh -c 'echo $$ >pid; echo go-$((1+1)); exec sleep 60'");
    shell.expect("go-2\r\n");
    const pid_t child = std::atoi(read_text(path("pid")).c_str());
    REQUIRE(child > 0);
    ::kill(child, SIGKILL);
    unchanged(137);
}

TEST_CASE_FIXTURE(Trial, "a terminal that is raw already is left alone") {
    TerminalShell shell(*this, dash_shell);
    auto raw = shell.modes();
    ::cfmakeraw(&raw);
    shell.enter(
        "echo go-$((1+1)); read go; \"$NR\" run --pty -- sh -c 'printf \"a\\nb\\n\"; read x; echo got-$x'; echo over; "
        "read end");
    shell.expect("go-2\r\n");
    shell.set_modes(raw);
    shell.forget();
    shell.type("\n");
    shell.expect("a\r\nb\r\n");
    CHECK(same_modes(shell.modes(), raw));
    shell.type("this\r");
    shell.expect("got-this\r\n");
    shell.expect("over\n");
    CHECK(same_modes(shell.modes(), raw));
}

TEST_CASE_FIXTURE(Trial, "in a pipeline of two runs only the run that reads the keyboard takes it") {
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    shell.enter("\"$NR\" run --pty -- sh -c 'read x; echo got-$x' | \"$NR\" run --pty -- sed s/got/had/");
    REQUIRE(shell.becomes_raw());
    shell.type("this\r");
    shell.expect("had-this\r\n");
    shell.prompts();
    CHECK(same_modes(shell.modes(), before));
    CHECK(shell.status() == 0);
}

TEST_CASE_FIXTURE(Trial, "input that a command pushes into its terminal does not reach the user's shell") {
    if (read_text("/proc/sys/dev/tty/legacy_tiocsti") != "1\n") {
        skip("dev.tty.legacy_tiocsti is 0: the kernel refuses TIOCSTI");
        return;
    }
    TerminalShell shell(*this, dash_shell);
    shell.answer("\"$NR\" run --pty -- \"$PROGRAMS/push_input\" 'echo injected-$((1+1))'");
    CHECK(shell.status() == 0);
    shell.answer("echo after");
    CHECK(!contains(shell.printed(), "injected-2"));
}

TEST_SUITE_END();
