// Input of a command with --pty. It is inherited if it is not a terminal. It is typed into the command's terminal if it
// is the user's terminal or with --stdin pty, and then it ends with the terminal's EOF character.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "pattern.hpp"
#include "terminal_shell.hpp"

using namespace support;

namespace {

Setup typed(const Trial& trial, std::vector<std::string> argv, std::string input) {
    auto setup = trial.runner({"--pty", "--stdin", "pty", "--"});
    setup.argv.insert(setup.argv.end(), argv.begin(), argv.end());
    setup.in = piped();
    setup.input = std::move(input);
    return setup;
}

std::string numbers(int last) {
    std::string text;
    for (int i = 1; i <= last; ++i) text += std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("pty_input");

TEST_CASE_FIXTURE(Trial, "a loop that reads its own input loses no line to the command") {
    const auto result = bash("seq 1 20 >file; while read -r l; do nr --pty -- echo \"$l\"; done <file | cmp - file");
    CHECK(result.ending == exit_code(0));
    CHECK(lines(read_text(path("file"))).size() == 20);
}

TEST_CASE_FIXTURE(Trial, "input that is not a terminal is inherited unchanged, to its last byte") {
    auto direct = command({"/usr/bin/sha256sum"});
    direct.in = piped();
    direct.input = pattern(1000000);
    auto setup = runner({"--pty", "--", "sha256sum"});
    setup.in = piped();
    setup.input = direct.input;
    CHECK(complete(setup).out == complete(direct).out);

    const auto where = path("in");
    std::ofstream{where} << "text";
    auto link = runner({"--pty", "--", "readlink", "/proc/self/fd/0"});
    link.in = file(where, O_RDONLY);
    CHECK(complete(link).out == where + "\n");
}

TEST_CASE_FIXTURE(Trial, "no input is the end of input at once") {
    const auto result = run({"--pty", "--", "cat"});
    CHECK(result.ending == exit_code(0));
    CHECK(result.out.empty());
    CHECK_WALL(result, 0, 1500);
    auto closed_input = runner({"--pty", "--", "cat"});
    closed_input.in = closed();
    CHECK(complete(closed_input).ending == exit_code(0));
    auto asked = runner({"--pty", "--stdin", "null", "--", "cat"});
    asked.in = piped();
    asked.hold_input = true;
    CHECK(complete(asked).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "the offset of an input file is where the command left it") {
    std::ofstream{path("file")} << "one\ntwo\nthree\n";
    const auto direct = bash("exec 3<file; head -1 <&3; read x <&3; echo then-$x");
    const auto result = bash("exec 3<file; nr --pty -- head -1 <&3; read x <&3; echo then-$x");
    CHECK(result.out == direct.out);
    CHECK(result.out == "one\nthen-two\n");
}

TEST_CASE_FIXTURE(Trial, "input through a pipe or from a file can be asked for") {
    const auto where = path("in");
    std::ofstream{where} << "from the file";
    CHECK(run({"--pty", "--stdin", where, "--", "cat"}).out == "from the file");
    auto setup = runner({"--pty", "--stdin", "pipe", "--", "sh", "-c", "[ -p /dev/stdin ] && cat"});
    setup.in = piped();
    setup.input = pattern(300000);
    CHECK(complete(setup).out == setup.input);
}

TEST_CASE_FIXTURE(Trial, "typed input arrives, is not echoed, and ends") {
    for (int i = times(20, 500); i > 0; --i) {
        const auto result = complete(typed(*this, {"cat"}, "x\n"));
        CHECK(result.out == "x\n");
        CHECK(result.err.empty());
        CHECK(result.ending == exit_code(0));
    }
    CHECK(complete(typed(*this, {"cat"}, "")).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "typed input is a terminal to the command, and the report counts it") {
    auto [result, report] = complete_reported(typed(*this, {"sh", "-c", "[ -t 0 ] && cat"}, "12345\n"));
    CHECK(result.out == "12345\n");
    CHECK(report["stdin"]["mode"] == "pty");
    CHECK(report["stdin"]["bytes"] == 6);
}

TEST_CASE_FIXTURE(Trial, "a last line without its newline arrives and the input still ends") {
    CHECK(complete(typed(*this, {"cat"}, "abc")).out == "abc");
    CHECK(complete(typed(*this, {"cat"}, "one\nabc")).out == "one\nabc");
    CHECK(complete(typed(*this, {"sh", "-c", "cat; echo; cat; echo end"}, "abc")).out == "abc\nend\n");
}

TEST_CASE_FIXTURE(Trial, "every reader of the terminal meets the end of input, not only the first") {
    CHECK(complete(typed(*this, {"sh", "-c", "cat; echo A; cat; echo B; cat; echo C"}, "x\n")).out == "x\nA\nB\nC\n");
    CHECK(complete(typed(*this, {"sh", "-c", "read a; read b; cat; echo $a-$b"}, "1\n2\n3\n")).out == "3\n1-2\n");
    const auto result = complete(typed(*this, {"sh", "-c", "cat >/dev/null; cat; echo end"}, numbers(100000)));
    CHECK(result.out == "end\n");
    CHECK_WALL(result, 0, 5000);
}

TEST_CASE_FIXTURE(Trial, "typed input can come from a file, from /dev/null and from a closed descriptor") {
    std::ofstream{path("in")} << numbers(2000);
    auto setup = typed(*this, {"cat"}, "");
    setup.in = file(path("in"), O_RDONLY);
    CHECK(complete(setup).out == numbers(2000));
    setup.in = null_device();
    CHECK(complete(setup).ending == exit_code(0));
    setup.in = closed();
    CHECK(complete(setup).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a megabyte arrives whole at a reader that starts late") {
    const auto text = numbers(150000);
    REQUIRE(text.size() > 900000);
    CHECK(complete(typed(*this, {"sh", "-c", "sleep 0.5; cat"}, text)).out == text);
}

TEST_CASE_FIXTURE(Trial, "a megabyte with echo does not deadlock") {
    const auto text = numbers(150000);
    const auto result =
        complete(typed(*this, {"sh", "-c", "stty echo; sleep 0.3; cat >copy; stty -echo; echo; echo end"}, text));
    CHECK(read_text(path("copy")) == text);
    CHECK(contains(result.out, "\nend\n"));
    const auto both = complete(typed(*this, {"sh", "-c", "stty echo; tee copy; echo end"}, text));
    CHECK(read_text(path("copy")) == text);
    CHECK(both.out.size() >= text.size());
}

TEST_CASE_FIXTURE(Trial, "input is passed on while the input stays open") {
    auto setup = typed(*this, {"cat"}, "");
    setup.hold_input = true;
    auto process = start(setup);
    process.feed("one\n");
    process.wait_for_output("one\n");
    process.feed("two\n");
    process.wait_for_output("one\ntwo\n");
    process.close_input();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a command that ends does not wait for an input that stays open") {
    auto setup = typed(*this, {"true"}, "");
    setup.hold_input = true;
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "a command that does not read its input ends with its own status and no message") {
    const auto result = bash("for i in $(seq " + std::to_string(times(20, 500)) +
                             "); do\n"
                             "  yes | nr --pty --stdin pty -- sh -c 'exit 7'; [ \"${PIPESTATUS[1]}\" = 7 ] || exit 1\n"
                             "done");
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "the time limit holds while input waits for a command that does not read") {
    auto setup = typed(*this, {"sleep", "60"}, numbers(300000));
    setup.argv.insert(setup.argv.begin() + 2, {"-t", "300ms"});
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 3000);
}

TEST_CASE_FIXTURE(Trial, "a typed interrupt character ends the command once, as from a keyboard") {
    auto setup = typed(*this,
                       {"sh", "-c",
                        "trap 'echo caught; n=$((n+1))' INT; n=0; echo go; "
                        "while [ $n = 0 ]; do sleep 0.02; done; sleep 0.2; exit $((40+n))"},
                       "");
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    process.feed("\x03");
    CHECK(process.finish().ending == exit_code(41));

    auto quiet = typed(*this, {"sh", "-c", "echo go; exec sleep 60"}, "");
    quiet.hold_input = true;
    auto sleeper = start(quiet);
    sleeper.wait_for_output("go\n");
    sleeper.feed("\x03");
    CHECK(sleeper.finish().ending == killed_by(SIGINT));
}

TEST_CASE_FIXTURE(Trial, "a command in raw mode gets every byte as data, and no byte at the end of input") {
    auto setup = typed(*this, {"sh", "-c", "stty raw -echo; echo go; head -c 3 | od -An -tx1"}, "");
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    process.feed("\x03\x04\x1a");
    process.wait_for_output(" 03 04 1a");
    process.close_input();
    process.finish();

    auto ended = typed(*this, {"sh", "-c", "stty raw -echo min 0 time 4; echo go; cat | od -An -tx1; echo end"}, "");
    ended.hold_input = true;
    auto reader = start(ended);
    reader.wait_for_output("go\n");
    reader.close_input();
    CHECK(contains(reader.finish().out, "go\nend\n"));
}

TEST_CASE_FIXTURE(Trial, "a line longer than the terminal's limit reaches a command that does not read by lines") {
    auto setup = typed(*this, {"sh", "-c", "stty -icanon min 1 time 0; echo go; head -c 20001 | cksum"}, "");
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    const auto line = std::string(20000, 'x') + "\n";
    process.feed(line);
    auto direct = command({"/usr/bin/cksum"});
    direct.in = piped();
    direct.input = line;
    const auto sum = complete(direct).out;
    process.wait_for_output(sum);
    process.close_input();
    CHECK(process.finish().out == "go\n" + sum);
}

TEST_CASE_FIXTURE(Trial, "the end of input is the EOF character that the command has set") {
    auto setup = typed(*this, {"sh", "-c", "stty eof ^A; echo go; cat; echo end"}, "");
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    process.feed("x\n");
    process.wait_for_output("x\n");
    process.close_input();
    CHECK(process.finish().out == "go\nx\nend\n");
}

TEST_CASE_FIXTURE(Trial, "the terminal erases whole characters of UTF-8") {
    CHECK(complete(typed(*this, {"cat"}, "a\xc3\xa9\x7f\n")).out == "a\n");
}

TEST_CASE_FIXTURE(Trial, "at a terminal what is typed is echoed once, arrives, and Ctrl-D ends it") {
    TerminalShell shell(*this, dash_shell);
    shell.enter("\"$NR\" run --report r.json --pty -- cat");
    REQUIRE(shell.becomes_raw());
    shell.forget();
    shell.type("one\r");
    shell.expect("one\r\none\r\n$");
    shell.type("abc");
    shell.expect("abc$");
    shell.type("\x7f\x7fz\r");
    shell.expect("\r\naz\r\n$");
    shell.type(ctrl_d);
    shell.prompts();
    CHECK(shell.status() == 0);
    const auto report = report_at(path("r.json"));
    CHECK(report["mode"] == "pty");
    CHECK(report["stdin"]["mode"] == "pty");
}

TEST_CASE_FIXTURE(Trial, "a command that asks for a password is not echoed") {
    TerminalShell shell(*this, dash_shell);
    shell.enter(
        "\"$NR\" run --pty -- sh -c 'stty -echo </dev/tty; printf go-$((1+1)); read x </dev/tty; stty echo </dev/tty; "
        "echo got-${#x}'");
    shell.expect("go-2");
    shell.type("secret\r");
    shell.expect("got-6\r\n");
    CHECK(!contains(shell.printed(), "secret"));
}

TEST_CASE_FIXTURE(Trial, "a large paste into the terminal arrives whole") {
    TerminalShell shell(*this, dash_shell);
    shell.enter("\"$NR\" run --pty -- sh -c 'stty -echo; echo go-$((1+1)); cat >copy'");
    shell.expect("go-2\r\n");
    std::string text;
    for (int i = 0; i < 40; ++i) {
        const std::string piece = numbers(20) + std::string(70, 'x') + "\n";
        shell.type(piece);
        text += piece;
        CHECK(wait_until([&] { return read_text(path("copy")).size() == text.size(); }));
    }
    shell.type(ctrl_d);
    shell.prompts();
    CHECK(read_text(path("copy")) == text);
}

TEST_SUITE_END();
