// Outputs that are a terminal stay that terminal (--stdout auto, --stderr auto): what the command finds, job control of
// a command that writes to the terminal itself, and the options that need a relay.
#include <doctest/doctest.h>

#include <fstream>

#include "terminal_shell.hpp"

using namespace support;

namespace {

constexpr const char* says_terminals = "sh -c 'for d in 0 1 2; do [ -t $d ] && printf t || printf n; done; echo'";

nlohmann::json read_report(Trial& trial, const std::string& file) { return trial.report_at(trial.path(file)); }

}  // namespace

TEST_SUITE_BEGIN("terminal_output");

TEST_CASE_FIXTURE(Trial, "an output that is a terminal stays that terminal, another one is relayed") {
    TerminalShell shell(*this);
    CHECK(contains(shell.answer(std::string("nr -- ") + says_terminals), "ttt\r\n"));
    CHECK(contains(shell.answer(std::string("nr -- ") + says_terminals + " | cat"), "tnt\r\n"));
    CHECK(contains(shell.answer(std::string("nr -- ") + says_terminals + " 2>" + path("err")), "ttn\r\n"));
    CHECK(contains(shell.answer(std::string("nr --stdout pipe -- ") + says_terminals), "tnn\r\n"));
    CHECK(contains(shell.answer(std::string("nr --stderr pipe -- ") + says_terminals), "ttn\r\n"));
    CHECK(contains(shell.answer(std::string("nr --stdout auto --stderr auto -- ") + says_terminals), "ttt\r\n"));
}

TEST_CASE_FIXTURE(Trial, "the report says what auto became, and counts no bytes of an inherited terminal") {
    TerminalShell shell(*this);
    shell.answer("nr --report r -- echo x");
    const auto inherited = read_report(*this, "r");
    for (const auto* stream : {"stdout", "stderr"}) {
        CHECK(inherited[stream]["mode"] == "inherit");
        CHECK(inherited[stream]["bytes"].is_null());
        CHECK(inherited[stream]["truncated"].is_null());
    }
    shell.answer("nr --report p -- echo x | cat");
    const auto piped = read_report(*this, "p");
    CHECK(piped["stdout"]["mode"] == "pipe");
    CHECK(piped["stdout"]["bytes"] == 2);
    CHECK(piped["stderr"]["mode"] == "inherit");
}

TEST_CASE_FIXTURE(Trial, "an option that has to see the bytes makes netrunner relay the terminal's output") {
    TerminalShell shell(*this);
    for (const auto& options :
         std::vector<std::string>{"-o " + path("log"), "--max-output 1M", "--idle-timeout 1m", "--timestamps",
                                  "--prefix '> '", "--progress", "--heartbeat 1m", "--junit " + path("j")}) {
        CAPTURE(options);
        CHECK(contains(shell.answer("nr " + options + " --report r -- echo x"), "x\r\n"));
        CHECK(read_report(*this, "r")["stdout"]["mode"] == "pipe");
    }
}

TEST_CASE_FIXTURE(Trial, "colours are as without netrunner") {
    TerminalShell shell(*this);
    shell.answer("export TERM=xterm-256color");
    std::ofstream{path("text")} << "some text\n";
    CHECK(contains(shell.answer("nr -- grep --color=auto some text"), "\x1b["));
    CHECK(contains(shell.answer("nr -- ls --color=auto -d /"), "\x1b["));
    CHECK(!contains(shell.answer("nr -- grep --color=auto some text | cat"), "\x1b[01"));
}

TEST_CASE_FIXTURE(Trial, "a shell with job control works, interactive or not") {
    TerminalShell shell(*this);
    shell.enter("nr -- bash --norc -m -c 'sleep 0.1 & fg %1 >/dev/null; echo job-$((1+1))'");
    shell.expect("job-2\r\n");
    shell.prompts();
    CHECK(!contains(shell.printed(), "no job control"));
    CHECK(shell.status() == 0);
    shell.enter("nr -- bash --norc --noprofile -i");
    REQUIRE(shell.foreground_is("bash --norc --noprofile -i"));
    shell.prompts();
    shell.enter("sleep 60");
    REQUIRE(shell.foreground_is("sleep 60"));
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    CHECK(!contains(shell.printed(), "no job control"));
    shell.enter("fg >/dev/null");
    REQUIRE(shell.foreground_is("sleep 60"));
    shell.type(ctrl_c);
    shell.prompts();
    shell.enter("exit 7");
    shell.expect("exit\r\n[^\n]*READY> $");
    CHECK(shell.status() == 7);
}

TEST_CASE_FIXTURE(Trial, "with tostop, a command that writes gets the foreground, and netrunner may still write") {
    for (const auto& argv : {bash_shell, dash_shell}) {
        CAPTURE(argv[0]);
        TerminalShell shell(*this, argv);
        shell.answer("stty tostop");
        CHECK(contains(shell.answer("\"$NR\" run -- sh -c 'echo a-$((1+1)); echo b-$((1+1)) >&2'"), "a-2\r\nb-2\r\n"));
        // The command has the foreground by then, so netrunner writes its lines from the background.
        const auto told = shell.answer("\"$NR\" run -v -- sh -c 'echo a-$((1+1)); sleep 0.1'");
        CHECK(contains(told, "the command exited with 0"));
        CHECK(!contains(told, "Stopped"));
        const auto relayed =
            shell.answer("\"$NR\" run --stdout pipe -v -- sh -c 'stty -a >/dev/null; stty tostop; echo a-$((1+1))'");
        CHECK(contains(relayed, "a-2\r\n"));
        CHECK(!contains(relayed, "Stopped"));
        shell.enter("\"$NR\" run -t 300ms -- sh -c 'echo a-$((1+1)); exec sleep 60'");
        shell.expect("a-2\r\n");
        shell.expect("netrunner: [^\n]*timed out after 300ms: sent SIGTERM\r\n");
        shell.prompts();
        CHECK(shell.status() == 124);
        CHECK(contains(shell.answer("stty -a"), " tostop"));
    }
}

TEST_CASE_FIXTURE(Trial, "with tostop, a run in the background stops when its command writes, and fg continues it") {
    TerminalShell shell(*this);
    shell.answer("stty tostop");
    shell.answer("\"$NR\" run -- sh -c 'echo x-$((1+2)); echo y-$((1+2))' &");
    CHECK(shell.has_stopped_job());
    CHECK(!contains(shell.printed(), "x-3"));
    shell.enter("fg >/dev/null");
    shell.expect("x-3\r\ny-3\r\n");
    shell.prompts();
    CHECK(shell.status() == 0);
}

TEST_CASE_FIXTURE(Trial,
                  "a command that writes by itself stops at Ctrl-Z, goes on with bg, and ends at fg and Ctrl-C") {
    TerminalShell shell(*this);
    // Not a loop of sh with sleep: dash starts programs with vfork(2), and a child that stops before its exec keeps the
    // shell from stopping.
    shell.enter(
        "nr -- /usr/bin/python3 -uc 'import itertools, time; "
        "[print(f\"line-{i}\") or time.sleep(0.1) for i in itertools.count(1)]'");
    shell.expect("line-2\r\n");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    shell.enter("bg >/dev/null");
    shell.expect("line-[0-9]+\r\n");
    shell.enter("fg >/dev/null");
    shell.expect("line-[0-9]+\r\n");
    shell.type(ctrl_c);
    shell.prompts();
    CHECK(shell.status() == 130);
}

TEST_CASE_FIXTURE(Trial, "options that miss an inherited output say so before the start, or are refused") {
    const auto partly = run({"--stdout", "inherit", "-o", path("log"), "--", "sh", "-c", "echo out; echo err >&2"});
    CHECK(partly.out == "out\n");
    CHECK(partly.err == "netrunner: --output cannot see standard output (--stdout inherit)\nerr\n");
    CHECK(read_text(path("log")) == "err\n");
    CHECK(run({"-q", "--stdout", "inherit", "-o", path("log"), "--", "true"}).err.empty());
    CHECK_REFUSED(run({"--stdout", "inherit", "--stderr", "inherit", "--max-output", "5", "--", "true"}),
                  "--max-output needs");
    const auto beats =
        run({"--heartbeat", "200ms", "--stdout", "inherit", "--", "sh", "-c", "echo out; sleep 0.5; echo err >&2"});
    CHECK(contains(beats.err, "no output yet (standard output is not seen)"));
}

TEST_SUITE_END();
