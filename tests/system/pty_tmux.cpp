// Tests that need a real terminal emulator: the screen, programs that draw it, windows that change size and close.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

#include "terminal_shell.hpp"
#include "tmux.hpp"

using namespace support;

namespace {

const std::vector<std::string>& shell_argv = bash_shell;

// The rows of the screen that are not empty.
std::vector<std::string> shown(const Tmux& tmux) {
    std::vector<std::string> rows;
    for (const auto& row : tmux.screen()) {
        if (!row.empty()) rows.push_back(row);
    }
    return rows;
}

}  // namespace

TEST_SUITE_BEGIN("pty_tmux");

TEST_CASE_FIXTURE(Trial, "lines begin in the first column") {
    if (!installed("tmux")) return;
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter(
        "clear; \"$NR\" run --pty -- printf 'aaa\\nbbb\\nccc\\n'; \"$NR\" run --pty -v -- true; echo over-$((1+1))");
    tmux.shows("over-2\n");
    const auto rows = shown(tmux);
    REQUIRE(rows.size() >= 4);
    CHECK(rows[0] == "aaa");
    CHECK(rows[1] == "bbb");
    CHECK(rows[2] == "ccc");
    CHECK(begins(rows[3], "netrunner -v: "));
}

TEST_CASE_FIXTURE(Trial, "the window's size is there from the start, and its changes arrive") {
    if (!installed("tmux")) return;
    for (int i = times(3, 50); i > 0; --i) {
        Tmux first(*this, {netrunner(), "run", "--pty", "--", "sh", "-c", "stty size; sleep 60"}, 93, 27);
        first.shows("^27 93\n");
    }
    Tmux tmux(*this, {netrunner(), "run", "--pty", "--", "sh", "-c",
                      "trap 'stty size' WINCH; echo go; while :; do sleep 0.02; done"});
    tmux.shows("go\n");
    tmux.resize(100, 30);
    tmux.shows("\n30 100\n");
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z and fg work, and the screen shows every line once") {
    if (!installed("tmux")) return;
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter("clear; \"$NR\" run --pty -- sh -c 'echo go-$((1+1)); exec cat'");
    tmux.shows("go-2\n");
    tmux.enter("one");
    tmux.shows("one\none\n");
    tmux.press("C-z");
    tmux.shows("Stopped");
    tmux.enter("clear; jobs | grep -c Stopped");
    tmux.shows("^1\n");
    tmux.enter("clear; fg >/dev/null");
    tmux.enter("two");
    tmux.shows("two\ntwo\n");
    tmux.press("C-d");
    tmux.shows("READY>\n\n*$");
    tmux.enter("echo status=$((0+$?))");
    tmux.shows("status=0\n");
}

TEST_CASE_FIXTURE(Trial, "a window whose only program is netrunner is not stopped for ever") {
    if (!installed("tmux")) return;
    Tmux tmux(*this, {netrunner(), "run", "--pty", "--", "sh", "-c", "kill -TSTP $$; echo resumed; exec cat"});
    tmux.shows("resumed\n");
    tmux.press("C-z");
    tmux.enter("one");
    tmux.shows("one\n(.*\n)*.*one\n");
}

TEST_CASE_FIXTURE(Trial, "a closed window ends the run") {
    if (!installed("tmux")) return;
    const auto heard = path("heard");
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter(
        "\"$NR\" run -k 300ms --pty -- sh -c 'trap \"echo heard >heard; exit\" HUP; echo go-$((1+1)); "
        "while :; do sleep 0.02; done'");
    tmux.shows("go-2\n");
    const auto tree = descendants_of(tmux.pane_process());
    CHECK(tree.size() >= 3);
    tmux.kill_pane();
    CHECK(wait_until(
        [&] {
            for (const pid_t pid : tree) {
                if (is_running(pid)) return false;
            }
            return true;
        },
        4s));
    CHECK(read_text(heard) == "heard\n");
}

TEST_CASE_FIXTURE(Trial, "an editor draws the screen, stops, comes back, and leaves it as it was") {
    if (!installed("tmux") || !installed("vi")) return;
    std::ofstream{path("text")} << "first line\nsecond line\n";
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter(
        "clear; echo before-$((1+1)); modes=$(stty -a); \"$NR\" run --pty -- vi -u NONE -i NONE text; "
        "echo status=$((0+$?))");
    tmux.shows("^first line\nsecond line\n~\n");
    tmux.press("C-z");
    tmux.shows("before-2\n");
    tmux.shows("Stopped");
    tmux.enter("clear; fg >/dev/null; echo status=$((0+$?))");
    tmux.shows("^first line\nsecond line\n~\n");
    tmux.type("ddp:wq");
    tmux.press("Enter");
    tmux.shows("status=0\n");
    CHECK(read_text(path("text")) == "second line\nfirst line\n");
    tmux.enter("clear; [ \"$modes\" = \"$(stty -a)\" ] && echo same-$((1+1))");
    tmux.shows("same-2\n");
}

TEST_CASE_FIXTURE(Trial, "a pager draws a page, moves, and leaves the screen as it was") {
    if (!installed("tmux") || !installed("less")) return;
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter("seq 500 >" + path("numbers") +
               "; clear; echo before-$((1+1)); \"$NR\" run --pty -- less numbers; echo over-$((1+1))");
    tmux.shows("^1\n2\n(.*\n)*23\n");
    tmux.type("G");
    tmux.shows("\n500\n");
    tmux.resize(60, 12);
    tmux.shows("^478\n(.*\n)*488\n");
    tmux.type("g");
    tmux.shows("^1\n(.*\n)*11\n");
    tmux.type("q");
    tmux.shows("before-2\n(.*\n)*over-2\n");
}

TEST_CASE_FIXTURE(Trial, "a pager at the end of a pipeline reads the keyboard in pipe mode, too") {
    if (!installed("tmux") || !installed("less")) return;
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter("clear; \"$NR\" run -- seq 500 | less; echo over-$((1+1))");
    tmux.shows("^1\n2\n");
    tmux.type("q");
    tmux.shows("over-2\n");
}

TEST_CASE_FIXTURE(Trial, "an interpreter edits lines as without netrunner") {
    if (!installed("tmux") || !installed("python3")) return;
    Tmux tmux(*this, shell_argv);
    tmux.shows("READY>\n");
    tmux.enter("clear; \"$NR\" run --pty -- python3 -q -i");
    tmux.shows(">>>\n");
    tmux.enter("6 * 7");
    tmux.shows(">>> 6 \\* 7\n42\n>>>");
    tmux.press("C-c");
    tmux.shows("KeyboardInterrupt");
    tmux.press("Up");
    tmux.press("C-c");
    tmux.press("C-d");
    tmux.shows("READY>\n\n*$");
}

TEST_SUITE_END();
