// --timestamps and --prefix: whole lines of relayed output are stamped, and nothing else is changed.
#include <doctest/doctest.h>

#include <csignal>
#include <regex>

#include "pattern.hpp"
#include "terminal.hpp"

using namespace support;

namespace {

bool all_match(const std::string& text, const std::string& pattern) {
    const std::regex wanted{pattern};
    for (const auto& line : lines(text)) {
        if (!std::regex_match(line, wanted)) return false;
    }
    return !text.empty();
}

const std::string clock_pattern = R"(\d\d:\d\d:\d\d\.\d\d\d)";

}  // namespace

TEST_SUITE_BEGIN("timestamps");

TEST_CASE_FIXTURE(Trial, "each line of both streams has the time before it") {
    const auto result = run({"--timestamps", "--", "sh", "-c", "echo out; echo err >&2; printf last"});
    CHECK(std::regex_match(result.out, std::regex{clock_pattern + " out\n" + clock_pattern + " last"}));
    CHECK(std::regex_match(result.err, std::regex{clock_pattern + " err\n"}));
    const auto iso = run({"--timestamps=iso", "--", "echo", "x"});
    CHECK(std::regex_match(iso.out, std::regex{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z x\n)"}));
    CHECK(all_match(run({"--timestamps=delta", "--", "seq", "3"}).out, R"(\+)" + clock_pattern + " [123]"));
}

TEST_CASE_FIXTURE(Trial, "the time is that of a line's first byte, and advances with the run") {
    const auto result =
        run({"--timestamps=elapsed", "--", "sh", "-c", "printf begun; sleep 0.4; echo ' done'; echo next"});
    REQUIRE(lines(result.out).size() == 2);
    const auto first = lines(result.out)[0];
    const auto second = lines(result.out)[1];
    CHECK(first.substr(12) == " begun done");
    CHECK(second.substr(12) == " next");
    const auto seconds = [](const std::string& line) {
        return std::stod(line.substr(6, 6)) + 60 * std::stod(line.substr(3, 2));
    };
    CHECK(seconds(second) - seconds(first) >= 0.3);  // the first byte may have been read late
}

TEST_CASE_FIXTURE(Trial, "a prefix is put before each line unchanged, after the time") {
    CHECK(run({"--prefix", "[job] ", "--", "printf", "a\\n\\nb"}).out == "[job] a\n[job] \n[job] b");
    CHECK(all_match(run({"--prefix=| ", "--timestamps", "--", "seq", "3"}).out, clock_pattern + R"( \| [123])"));
    CHECK(run({"--prefix=> ", "--stderr", "stdout", "--", "sh", "-c", "echo a; echo b >&2"}).out == "> a\n> b\n");
}

TEST_CASE_FIXTURE(Trial, "redraws and escape sequences stay as they are") {
    const auto result = run({"--prefix=> ", "--", "printf", "1%%\\r2%%\\r\\033[31mx\\033[0m\\r\\ny"});
    CHECK(result.out == "> 1%\r2%\r\x1b[31mx\x1b[0m\r\n> y");
}

TEST_CASE_FIXTURE(Trial, "apart from the stamps all bytes are the command's, of every value and in any amount") {
    const auto result = run({"--prefix=#>", "--", program("write_bytes"), "3000000", "1000000", "6"});
    CHECK(result.ending == exit_code(6));
    const auto unstamped = [](const std::string& text) {
        std::string rest;
        bool start = true;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (start && text.compare(at, 2, "#>") == 0) at += 2;
            rest += text[at];
            start = text[at] == '\n';
        }
        return rest;
    };
    CHECK(unstamped(result.out) == pattern(3000000, 1));
    CHECK(unstamped(result.err) == pattern(1000000, 2));
}

TEST_CASE_FIXTURE(Trial, "a line longer than any buffer is stamped once") {
    const auto result = run({"--prefix=> ", "--", "sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' x; echo; echo y"});
    CHECK(result.out == "> " + std::string(5000000, 'x') + "\n> y\n");
}

TEST_CASE_FIXTURE(Trial, "the report and the output limit count the command's own bytes") {
    auto [result, report] = run_reported(
        {"--timestamps", "--max-output", "10", "--", "sh", "-c", "echo 1234; echo 5678; echo 9; sleep 60"});
    CHECK(result.ending == exit_code(124));
    CHECK(std::regex_match(result.out, std::regex{clock_pattern + " 1234\n" + clock_pattern + " 5678\n"}));
    CHECK(report["stdout"]["bytes"] == 10);
    CHECK(report["stdout"]["truncated"] == true);
    auto [whole, counted] = run_reported({"--prefix=> ", "--", "echo", "x"});
    CHECK(counted["stdout"]["bytes"] == 2);
    CHECK(counted["stdout"]["truncated"] == false);
}

TEST_CASE_FIXTURE(Trial, "the file of -o has the plain bytes, or the stamped bytes with --output-stamped") {
    const auto where = path("out");
    CHECK(run({"--prefix=> ", "-o", where, "--", "printf", "a\\nb"}).out == "> a\n> b");
    CHECK(read_text(where) == "a\nb");
    CHECK(run({"--prefix=> ", "--output-stamped", "-o", where, "--", "printf", "a\\nb"}).out == "> a\n> b");
    CHECK(read_text(where) == "> a\n> b");
}

TEST_CASE_FIXTURE(Trial, "with --pty the lines are stamped as well, and end as usual") {
    const auto where = path("out");
    CHECK(run({"--pty", "--prefix=> ", "--output-stamped", "-o", where, "--", "printf", "a\\nb\\n"}).out ==
          "> a\n> b\n");
    CHECK(read_text(where) == "> a\n> b\n");

    Terminal terminal;
    auto process = start(terminal.leader(
        *this, runner({"--pty", "--prefix=> ", "--output-stamped", "-o", where, "--", "printf", "a\\nb\\n"}).argv));
    CHECK(terminal.expect("> a\r\n> b\r\n"));
    CHECK(process.finish().ending == exit_code(0));
    CHECK(read_text(where) == "> a\n> b\n");
}

TEST_CASE_FIXTURE(Trial, "a slow reader blocks the command, and no output is lost") {
    path("want");
    const auto result = bash(
        "seq 200000 | sed 's/^/> /' >want\n"
        "nr --prefix='> ' -- seq 200000 | (sleep 0.5; cat) | cmp - want");
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "when the reader goes away the command ends as in any pipeline") {
    CHECK(bash("nr --timestamps -- yes | head -n 1; echo ${PIPESTATUS[0]}").out.ends_with(" y\n141\n"));
}

TEST_CASE_FIXTURE(Trial, "contradictory options are refused") {
    CHECK_REFUSED(run({"--timestamps", "--stdout", "inherit", "--stderr", "inherit", "--", "true"}),
                  "--timestamps needs an output that goes through netrunner");
    CHECK_REFUSED(run({"--prefix", "x", "--stdout", "null", "--stderr", "null", "--", "true"}), "--prefix needs");
    CHECK_REFUSED(run({"--output-stamped", "--timestamps", "--", "true"}), "--output-stamped needs --output");
    CHECK_REFUSED(run({"--output-stamped", "-o", "f", "--", "true"}),
                  "--output-stamped needs --timestamps or --prefix");
    CHECK_REFUSED(run({"--timestamps=when", "--", "true"}), "--timestamps: invalid mode 'when'");
    CHECK_REFUSED(run({"--prefix", "a\nb", "--", "true"}), "--prefix: invalid prefix");
}

TEST_SUITE_END();
