// What a command with --pty finds where no user sits at a terminal, as in CI: TERM, pagers, GPG_TTY, and where its
// standard error leads.
#include <doctest/doctest.h>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("pty_environment");

TEST_CASE_FIXTURE(Trial, "TERM is xterm-256color where there is none, or what --term says") {
    const std::string tells = "sh -c 'echo $TERM'";
    CHECK(bash("unset TERM; nr --pty -- " + tells).out == "xterm-256color\n");
    CHECK(bash("export TERM=vt100; nr --pty -- " + tells).out == "vt100\n");
    CHECK(bash("export TERM=vt100; nr --pty --term screen -- " + tells).out == "screen\n");
    CHECK(bash("unset TERM; nr -- " + tells).out == "\n");
    CHECK_REFUSED(run({"--term", "screen", "--", "true"}), "--term needs --pty");
    CHECK_REFUSED(run({"--pty", "--term", "", "--", "true"}), "expected a name, such as xterm-256color");
}

TEST_CASE_FIXTURE(Trial, "a pager that nobody can leave is cat, unless -E says otherwise") {
    const std::string tells = "sh -c 'echo $PAGER $GIT_PAGER'";
    CHECK(bash("export PAGER=less; nr --pty -- " + tells + " </dev/null").out == "cat cat\n");
    CHECK(bash("nr --pty -E PAGER=more -E GIT_PAGER=most -- " + tells + " </dev/null").out == "more most\n");
    CHECK(bash("export PAGER=less; nr -- " + tells).out == "less\n");
}

TEST_CASE_FIXTURE(Trial, "GPG_TTY follows the new terminal") {
    const auto tells = bash("export GPG_TTY=/dev/pts/4242; nr --pty -- sh -c 'echo $GPG_TTY; tty <&1'");
    const std::string name = tells.out.substr(0, tells.out.find('\n'));
    CHECK(begins(name, "/dev/pts/"));
    CHECK(tells.out == name + "\n" + name + "\n");
    CHECK(bash("export GPG_TTY=/dev/pts/4242; nr -- sh -c 'echo $GPG_TTY'").out == "/dev/pts/4242\n");
    CHECK(bash("nr --pty -E GPG_TTY=x -- sh -c 'echo $GPG_TTY'").out == "x\n");
    CHECK(bash("unset GPG_TTY; nr --pty -- sh -c 'echo ${GPG_TTY-none}'").out == "none\n");
}

TEST_CASE_FIXTURE(Trial, "--pty-stderr says where standard error goes although descriptor 2 is redirected") {
    const std::string tells = "sh -c 'test -t 2 && echo terminal >&2 || echo pipe >&2'";
    const auto with = [&](const std::string& mode) {
        const auto result = bash("nr --pty " + mode + " -- " + tells + " 2>" + path("err"));
        return result.out + "|" + read_text(path("err"));
    };
    CHECK(with("") == "|pipe\n");
    CHECK(with("--pty-stderr auto") == "|pipe\n");
    CHECK(with("--pty-stderr terminal") == "terminal\n|");
    CHECK(bash("nr --pty --pty-stderr pipe -- " + tells + " 2>&1 | cat").out == "pipe\n");
    CHECK_REFUSED(run({"--pty-stderr", "pipe", "--", "true"}), "--pty-stderr needs --pty");
    CHECK_REFUSED(run({"--pty", "--pty-stderr", "pipe", "--stderr", "null", "--", "true"}),
                  "--pty-stderr cannot be combined with --stderr");
    CHECK_REFUSED(run({"--pty", "--pty-stderr", "file", "--", "true"}), "expected auto, terminal or pipe");
}

TEST_CASE_FIXTURE(Trial, "a command that waits for keys that cannot come is told of, and --no-input fail ends it") {
    const auto told =
        bash("nr --pty -t 8 -- sh -c 'printf \"Sure? \"; read x </dev/tty; sleep 60' </dev/null 2>&1 | cat");
    CHECK_MESSAGE(contains(told.out, "Sure? \nnetrunner --no-input: waiting for input that cannot come: sh ("),
                  told.out);
    const auto failed = run(
        {"--pty", "--no-input", "fail", "--report", path("report"), "--", "sh", "-c", "read x </dev/tty; sleep 60"});
    CHECK(failed.ending == exit_code(124));
    CHECK_MESSAGE(contains(failed.err, "netrunner: sh: waited for input that cannot come: sent SIGTERM"), failed.err);
    CHECK(report_at(path("report"))["reason"] == "no-input");
    // A command that is busy, or waits for something else, is left alone.
    CHECK(bash("nr --pty --no-input fail -- sleep 7 2>&1").out.empty());
    CHECK_REFUSED(run({"--no-input", "fail", "--", "true"}), "--no-input needs --pty");
    CHECK_REFUSED(run({"--pty", "--no-input", "no", "--", "true"}), "expected say or fail");
}

TEST_SUITE_END();
