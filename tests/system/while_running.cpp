// Output of netrunner while a run goes on: a line after a silence (--heartbeat), a live line on a terminal
// (--progress).
#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <regex>

#include "cgroup_dir.hpp"
#include "terminal_shell.hpp"

using namespace support;

namespace {

// The text that a terminal shows after `printed`. Interprets line ends and the sequence that clears the rest of a line.
std::string shown(const std::string& printed) {
    std::vector<std::string> screen{""};
    std::size_t column = 0;
    for (std::size_t at = 0; at < printed.size(); ++at) {
        std::string& line = screen.back();
        if (printed.compare(at, 3, "\033[K") == 0) {
            line.resize(std::min(line.size(), column));
            at += 2;
        } else if (printed[at] == '\r') {
            column = 0;
        } else if (printed[at] == '\n') {
            screen.emplace_back();
        } else {
            line.resize(std::max(line.size(), column + 1), ' ');
            line[column++] = printed[at];
        }
    }
    std::string text;
    for (std::size_t i = 0; i < screen.size(); ++i) text += screen[i] + (i + 1 < screen.size() ? "\n" : "");
    return text;
}

int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
    return count;
}

// `netrunner run ARGUMENTS` as the session leader on the terminal.
Setup at_terminal(const Trial& trial, const Terminal& terminal, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {Trial::netrunner(), "run"});
    auto setup = terminal.leader(trial, std::move(arguments));
    setup.environment["TERM"] = "xterm";
    return setup;
}

// Reads the terminal until the process has ended, because a terminal that is not read fills up and blocks its writers.
Result finish_at(Terminal& terminal, Process& process) {
    process.wait_for("its end", [&] {
        terminal.printed();
        return !process.running();
    });
    return process.finish();
}

const std::string beat =
    R"(netrunner --heartbeat: running for [0-9.]+m?s, no output (yet|for [0-9.]+m?s), \d+ process(es)?, [0-9.]+ .?i?B of memory \(sum of resident sizes\))";

}  // namespace

TEST_SUITE_BEGIN("while_running");

TEST_CASE_FIXTURE(Trial, "--heartbeat prints a line after each period of silence") {
    const auto result = run({"--heartbeat", "300ms", "--", "sh", "-c", "sleep 1.1; echo"});
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "\n");
    const auto printed = lines(result.err);
    CHECK(printed.size() >= 2);
    CHECK(printed.size() <= static_cast<std::size_t>(result.wall / 300ms));
    for (const auto& line : printed) CHECK_MESSAGE(std::regex_match(line, std::regex{beat}), line);
    CHECK(contains(result.err, "no output yet, 2 processes"));
}

TEST_CASE_FIXTURE(Trial, "the silence is counted from the last byte, and a command that writes has no heartbeat") {
    const auto silent = run({"--heartbeat", "400ms", "--", "sh", "-c", "echo x; sleep 0.7"});
    REQUIRE(!lines(silent.err).empty());
    CHECK(lines(silent.err).size() <= static_cast<std::size_t>(silent.wall / 400ms));
    CHECK(std::regex_search(lines(silent.err)[0], std::regex{"no output for ([4-9]00ms|[1-9][0-9.]*s)"}));
    const auto busy = run({"--heartbeat", "2s", "--", "sh", "-c", "for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done"});
    CHECK(busy.err.empty());
}

TEST_CASE_FIXTURE(Trial, "heartbeats do not depend on --quiet or the command's standard error") {
    const auto result = run({"-q", "--heartbeat", "200ms", "--stderr", "null", "--", "sleep", "0.5"});
    CHECK(lines(result.err).size() >= 2);
    CHECK(contains(result.err, "running for"));
}

TEST_CASE_FIXTURE(Trial, "the processes of a control group are counted") {
    const CgroupDir groups;
    if (!groups) return;
    const auto result = run({"--cgroup-base", groups.path(), "--cgroup", "t", "--heartbeat", "300ms", "--", "sh", "-c",
                             "sleep 0.5 & sleep 0.5 & wait"});
    CHECK(contains(result.err, "3 processes"));
    CHECK(std::regex_search(result.err, std::regex{R"(of memory \((control group|sum of resident sizes)\))"}));
}

TEST_CASE_FIXTURE(Trial, "a stopped run prints no heartbeat, and counts the silence anew when it is continued") {
    TerminalShell shell(*this);
    shell.enter("nr --heartbeat 500ms -- sleep 60");
    shell.expect("running for");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    shell.forget();
    let_pass(1200ms);
    CHECK(!contains(shell.printed(), "running for"));
    shell.enter("fg");
    shell.expect("running for");
    shell.type(ctrl_c);
    shell.expect("READY> $");
}

TEST_CASE_FIXTURE(Trial, "the live line shows time and output, and is cleared at the end") {
    Terminal terminal;
    auto process = start(at_terminal(
        *this, terminal,
        {"--progress", "-t", "1m", "--", "sh", "-c", "echo one; sleep 1.2; echo two >&2; sleep 0.6; printf last"}));
    terminal.expect(R"(\r00:00:0[01] / 1m \[-+\]  memory [0-9.]+ .iB  output 4 B\x1b\[K\r)");
    CHECK(finish_at(terminal, process).ending == exit_code(0));
    CHECK(shown(terminal.printed()) == "one\ntwo\nlast");
    const int drawn = count_of(terminal.printed(), " / 1m ");
    CHECK(drawn >= 4);
    CHECK(drawn <= 5 * 2 * slowness());
}

TEST_CASE_FIXTURE(Trial, "the live line is never drawn into an unfinished line, and fits the terminal") {
    Terminal terminal{30, 24};
    auto process = start(at_terminal(
        *this, terminal,
        {"--progress", "-t", "1m", "--", "sh", "-c", "sleep 0.5; printf working; sleep 0.7; echo ' done'; sleep 0.5"}));
    CHECK(finish_at(terminal, process).ending == exit_code(0));
    const std::string printed = terminal.printed();
    CHECK(contains(printed, "working done\r\n"));
    CHECK(shown(printed) == "working done\n");
    const std::regex drawing{R"(\r([^\r\x1b]+)\x1b\[K\r)"};
    int seen = 0;
    for (auto at = std::sregex_iterator(printed.begin(), printed.end(), drawing); at != std::sregex_iterator(); ++at) {
        CHECK((*at)[1].length() < 30);
        ++seen;
    }
    CHECK(seen >= 2);
}

TEST_CASE_FIXTURE(Trial, "verdict, verbose lines and heartbeats replace the live line") {
    Terminal terminal;
    auto process = start(at_terminal(
        *this, terminal, {"-v", "--progress", "--heartbeat", "500ms", "-t", "1200ms", "--", "sleep", "60"}));
    CHECK(finish_at(terminal, process).ending == exit_code(124));
    const auto left = lines(shown(terminal.printed()));
    CHECK(left.size() >= 5);
    for (const auto& line : left) {
        const bool meanwhile = begins(line, "netrunner -v: ") || begins(line, "netrunner --heartbeat: ");
        CHECK_MESSAGE(meanwhile != begins(line, "netrunner: "), line);
        CHECK_MESSAGE(meanwhile == (&line != &left.back()), line);
    }
    CHECK(begins(left.back(), "netrunner: sleep: timed out after 1.2s"));
}

TEST_CASE_FIXTURE(Trial, "much output and the live line do not mix") {
    Terminal terminal;
    auto process = start(at_terminal(
        *this, terminal, {"--progress", "--", "sh", "-c", "for i in 1 2 3 4 5 6; do seq 1000; sleep 0.25; done"}));
    CHECK(finish_at(terminal, process).ending == exit_code(0));
    std::string wanted;
    for (int round = 0; round < 6; ++round) {
        for (int i = 1; i <= 1000; ++i) wanted += std::to_string(i) + "\n";
    }
    CHECK(shown(terminal.printed()) == wanted);
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z clears the live line, and fg draws it again") {
    TerminalShell shell(*this);
    shell.enter("TERM=xterm nr --progress -- sleep 60");
    shell.expect("00:00:0[0-9]  memory");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    CHECK(std::regex_search(shell.printed(), std::regex{"\\x1b\\[K(\\^Z)?[\r\n]+\\[1\\]"}));
    shell.forget();
    let_pass(600ms);
    CHECK(!contains(shell.printed(), "memory"));
    shell.enter("bg; echo in=background");
    shell.expect("in=background\r\n");
    let_pass(600ms);
    CHECK(!contains(shell.printed(), "memory"));
    shell.enter("fg");
    shell.expect("00:00:0[0-9]  memory");
    shell.type(ctrl_c);
    shell.expect("READY> $");
}

TEST_CASE_FIXTURE(Trial, "without a terminal there is no live line, and only -v says so") {
    CHECK(run({"--progress", "--", "sleep", "0.5"}).err.empty());
    CHECK(contains(run({"-v", "--progress", "--", "true"}).err,
                   "netrunner -v: no progress is shown: standard error is not a terminal"));
    Terminal terminal;
    auto setup = at_terminal(*this, terminal, {"--progress", "--", "sleep", "0.5"});
    setup.environment["TERM"] = "dumb";
    auto process = start(setup);
    CHECK(finish_at(terminal, process).ending == exit_code(0));
    CHECK(terminal.printed().empty());
}

TEST_CASE_FIXTURE(Trial, "the live line works while the output goes to a file, also with --pty") {
    const auto log = path("log");
    for (const std::string way : {"--progress", "--pty"}) {
        Terminal terminal;
        auto setup = at_terminal(*this, terminal, {"--progress", way, "--", "sh", "-c", "printf a; sleep 0.7; echo b"});
        setup.out = file(log, O_WRONLY | O_CREAT | O_TRUNC);
        auto process = start(setup);
        CHECK(finish_at(terminal, process).ending == exit_code(0));
        CHECK(read_text(log) == "ab\n");
        CHECK(contains(terminal.printed(), "output 1 B"));
        CHECK(shown(terminal.printed()).empty());
    }
}

TEST_CASE_FIXTURE(Trial, "--progress is refused if the command writes to the terminal itself") {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--pty"}, {"--stdout", "inherit"}, {"--stderr", "inherit"}}) {
        Terminal terminal;
        auto arguments = words;
        arguments.insert(arguments.begin(), "--progress");
        arguments.insert(arguments.end(), {"--", "true"});
        auto process = start(at_terminal(*this, terminal, arguments));
        CHECK(finish_at(terminal, process).ending == exit_code(125));
        CHECK(begins(terminal.printed(), "netrunner: --progress "));
    }
    CHECK_REFUSED(run({"--heartbeat", "1s", "--stdout", "null", "--stderr", "null", "--", "true"}),
                  "--heartbeat needs");
}

TEST_SUITE_END();
