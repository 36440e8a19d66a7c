// netrunner's own lines (verdict, heartbeat, -v, summary, annotation) begin at the start of a line, whatever the
// command has written before, and no empty line comes before them.
#include <doctest/doctest.h>

#include <regex>

#include "terminal_shell.hpp"
#include "tmux.hpp"

using namespace support;

namespace {

constexpr const char* verdict = "netrunner: [^\n]*timed out after 300ms: sent SIGTERM";
const std::string asks = "sh -c 'printf \"Continue? [y/N] \"; exec sleep 60'";
const std::string asks_on_error = "sh -c 'printf \"Continue? [y/N] \" >&2; exec sleep 60'";

bool matches(const std::string& text, const std::string& pattern) {
    return std::regex_match(text, std::regex(pattern));
}

}  // namespace

TEST_SUITE_BEGIN("line_start");

TEST_CASE_FIXTURE(Trial, "a verdict ends an unfinished line first") {
    const auto one_pipe = bash("nr -t 300ms -- " + asks + " 2>&1 | cat");
    CHECK_MESSAGE(matches(one_pipe.out, std::string("Continue\\? \\[y/N\\] \n") + verdict + "\n"), one_pipe.out);
    const auto error_only = bash("nr -t 300ms -- " + asks_on_error);
    CHECK_MESSAGE(matches(error_only.err, std::string("Continue\\? \\[y/N\\] \n") + verdict + "\n"), error_only.err);
    bash("nr -t 300ms -- " + asks + " >>" + path("log") + " 2>&1");
    CHECK_MESSAGE(matches(read_text(path("log")), std::string("Continue\\? \\[y/N\\] \n") + verdict + "\n"),
                  read_text(path("log")));
    const auto two_streams = bash("nr --stdout pipe --stderr pipe -t 300ms -- " + asks + " 2>&1 | cat");
    CHECK_MESSAGE(matches(two_streams.out, std::string("Continue\\? \\[y/N\\] \n") + verdict + "\n"), two_streams.out);
    const auto terminal = bash("nr --pty -t 300ms -- " + asks + " 2>&1 | cat");
    CHECK_MESSAGE(matches(terminal.out, std::string("Continue\\? \\[y/N\\] \n") + verdict + "\n"), terminal.out);
}

TEST_CASE_FIXTURE(Trial, "no line is put before a verdict that begins a line already") {
    CHECK(matches(bash("nr -t 300ms -- sleep 60").err, std::string(verdict) + "\n"));
    CHECK(matches(bash("nr -t 300ms -- sh -c 'echo a; exec sleep 60' 2>&1 | cat").out,
                  std::string("a\n") + verdict + "\n"));
    // Standard output leads elsewhere: its unfinished line is none on standard error.
    CHECK(matches(bash("nr -t 300ms -- " + asks).err, std::string(verdict) + "\n"));
    CHECK(matches(bash("nr -t 300ms -- " + asks + " >/dev/null").err, std::string(verdict) + "\n"));
}

TEST_CASE_FIXTURE(Trial, "the heartbeat, lines of -v, the summary and the annotation begin a line too") {
    const auto beats = bash("nr --heartbeat 200ms -- sh -c 'printf a; sleep 0.5; printf b' 2>&1 | cat");
    CHECK_MESSAGE(matches(beats.out, "a\n(netrunner --heartbeat: running for [^\n]*\n)+b"), beats.out);
    const auto told = bash("nr -v -- printf a 2>&1 | cat");
    CHECK_MESSAGE(contains(told.out, "\nnetrunner -v: the command exited with 0\n"), told.out);
    const auto summed = bash("nr --summary -- printf a 2>&1 | cat");
    CHECK_MESSAGE(begins(summed.out, "a\nnetrunner --summary:\n"), summed.out);
    const auto annotated =
        bash("export GITHUB_ACTIONS=true; nr -q -t 300ms -- " + asks + " 2>&1; nr -t 300ms -- " + asks + " 2>&1 | cat");
    CHECK_MESSAGE(contains(annotated.out, "\n::error"), annotated.out);
}

TEST_CASE_FIXTURE(Trial, "the rest of a stamped line gets a stamp after a line of netrunner's own") {
    const auto beats =
        bash("nr --prefix '> ' --heartbeat 200ms -- sh -c 'printf a; sleep 0.5; echo b; echo c' 2>&1 | cat");
    CHECK_MESSAGE(matches(beats.out, "> a\n(netrunner --heartbeat: running for [^\n]*\n)+> b\n> c\n"), beats.out);
    CHECK(bash("nr --prefix '> ' -- sh -c 'printf a; sleep 0.3; echo b' 2>&1 | cat").out == "> ab\n");
}

TEST_CASE_FIXTURE(Trial, "output of --on-timeout counts for the line that follows") {
    const auto told = bash("nr -t 300ms --on-timeout 'printf stack' -- sleep 60");
    CHECK_MESSAGE(matches(told.err, std::string("stack\n") + verdict + "\n"), told.err);
}

TEST_CASE_FIXTURE(Trial, "on an inherited terminal, where netrunner does not see the bytes, the screen shows it too") {
    if (!installed("tmux")) return;
    Tmux tmux(*this, bash_shell);
    tmux.shows("READY>\n");
    tmux.enter("clear; \"$NR\" run -t 300ms -- " + asks + "; echo over-$((1+1))");
    tmux.shows(std::string("^Continue\\? \\[y/N\\]\n") + verdict + "\nover-2\n");
    tmux.enter("clear; \"$NR\" run -t 300ms -- sh -c 'echo line; exec sleep 60'; echo over-$((1+1))");
    tmux.shows(std::string("^line\n") + verdict + "\nover-2\n");
    tmux.enter("clear; \"$NR\" run -t 300ms -- sh -c 'printf %080d 7; exec sleep 60'; echo over-$((1+1))");
    tmux.shows(std::string("^0{79}7\n") + verdict + "\nover-2\n");
    tmux.enter("clear; \"$NR\" run --pty -t 300ms -- " + asks + "; echo over-$((1+1))");
    tmux.shows(std::string("^Continue\\? \\[y/N\\]\n") + verdict + "\nover-2\n");
    // The command asks on /dev/tty, while both outputs are relayed.
    tmux.enter("clear; \"$NR\" run -o " + path("log") +
               " -t 500ms -- sh -c 'exec 3>/dev/tty; stty -echo; printf Password: >&3; read x'; stty echo; echo "
               "over-$((1+1))");
    tmux.shows("^Password:\nnetrunner: [^\n]*timed out after 500ms: sent SIGTERM\nover-2\n");
}

TEST_CASE_FIXTURE(Trial, "on a terminal that cannot wrap lines, nothing is put before a line") {
    TerminalShell shell(*this);
    shell.answer("export TERM=dumb");
    shell.enter("nr -t 300ms -- " + asks);
    shell.expect(std::string("Continue\\? \\[y/N\\] ") + verdict + "\r\n");
    shell.prompts();
}

TEST_SUITE_END();
