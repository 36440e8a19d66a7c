// Output for CI systems: a JUnit file, an annotation of the verdict, a summary with or without colours.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "shepherd/system/descriptor.hpp"
#include "terminal.hpp"

using namespace support;

namespace {

// Parses the file $1 as XML and prints the counts, the case and its content.
constexpr const char* read_junit =
    "python3 - \"$1\" <<'EOF'\n"
    "import sys, xml.etree.ElementTree as tree\n"
    "suites = tree.parse(sys.argv[1]).getroot()\n"
    "suite, = suites\n"
    "case, = suite.iter('testcase')\n"
    "assert suites.tag == 'testsuites' and suite.tag == 'testsuite' and case.tag == 'testcase'\n"
    "assert float(case.get('time')) >= 0\n"
    "sys.stdout.reconfigure(encoding='utf-8')\n"
    "print(suite.get('tests'), suite.get('failures'), suite.get('errors'), case.get('name'), sep='|')\n"
    "for what in case:\n"
    "    print(what.tag, what.get('type'), what.get('message'), sep='|')\n"
    "    print(what.text or '', end='')\n"
    "EOF\n";

std::string python(Trial& trial, const std::string& file) {
    CHECK(trial.bash("python3 '" SOURCE_DIR "/tests/support/check_junit.py' '" + file + "'").out == "\n");
    return trial.bash("set -- '" + file + "'\n" + read_junit).out;
}

}  // namespace

TEST_SUITE_BEGIN("ci");

TEST_CASE_FIXTURE(Trial, "a run is a case of a JUnit suite") {
    const auto where = path("junit.xml");
    CHECK(run({"--junit", where, "--", "sh", "-c", "echo fine"}).out == "fine\n");
    CHECK(python(*this, where) == "1|0|0|sh -c echo fine\n");
    CHECK(run({"--junit", where, "--", "sh", "-c", "echo out; echo '<more>&'; exit 3"}).ending == exit_code(3));
    CHECK(python(*this, where) ==
          "1|1|0|sh -c echo out; echo '<more>&'; exit 3\nfailure|exited|exited with 3\nout\n<more>&\n");
    run({"--junit", where, "-t", "200ms", "--", "sleep", "60"});
    CHECK(python(*this, where) == "1|1|0|sleep 60\nfailure|timeout|sleep: timed out after 200ms: sent SIGTERM\n");
    run({"--junit", where, "--", "/nonexistent"});
    CHECK(begins(python(*this, where), "1|0|1|/nonexistent\nerror|spawn-failed|cannot run '/nonexistent'"));
}

TEST_CASE_FIXTURE(Trial, "a JUnit file has only the last lines, and is valid XML for any output") {
    const auto where = path("junit.xml");
    run({"--junit", where, "--", "sh", "-c", "seq 100000; exit 1"});
    const auto seen = lines(python(*this, where));
    REQUIRE(seen.size() == 52);
    CHECK(seen[2] == "99951");
    CHECK(seen.back() == "100000");

    run({"--junit", where, "--", "sh", "-c", "\"$PROGRAMS/write_bytes\" 500000; exit 1"});
    CHECK(begins(python(*this, where), "1|1|0|"));
    CHECK(std::filesystem::file_size(where) < 64U * 1024 * 7);
    run({"--junit", where, "--", "sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; exit 1"});
    CHECK(lines(python(*this, where)).back() == std::string(65536, 'x'));
    run({"--junit", where, "--", "sh", "-c", "exit 1", "]]>\x01\xff<\"'"});
    CHECK(begins(python(*this, where), "1|1|0|sh -c exit 1 ]]>\xef\xbf\xbd<\"'\n"));
}

TEST_CASE_FIXTURE(Trial,
                  "a JUnit file has the text of coloured and rewritten lines, and the case the name that is given") {
    const auto where = path("junit.xml");
    const std::string script =
        "printf '\\033[31mred\\033[0m \\001done\\n 1%%\\r99%%\\r\\033[Kready\\n\\033]0;title\\007$ '; exit 1";
    run({"--junit", where, "--junit-name", "the \033[1mname\033[0m", "--", "sh", "-c", script});
    CHECK(python(*this, where) == "1|1|0|the name\nfailure|exited|exited with 1\nred done\nready\n$ ");
    CHECK_REFUSED(run({"--junit-name", "x", "--", "true"}), "--junit-name needs --junit");
    CHECK_REFUSED(run({"--junit", where, "--junit-name", " ", "--", "true"}), "--junit-name");
}

TEST_CASE_FIXTURE(Trial, "a JUnit file does not change the output, and has no carriage returns of a terminal") {
    const auto where = path("junit.xml");
    const auto log = path("log");
    CHECK(run({"--junit", where, "-o", log, "--prefix=> ", "--pty", "--", "sh", "-c", "echo a; echo b; exit 1"}).out ==
          "> a\n> b\n");
    CHECK(lines(python(*this, where)).back() == "b");
    CHECK(read_text(log) == "a\nb\n");
}

TEST_CASE_FIXTURE(Trial, "a JUnit file that cannot be written is refused before the command starts") {
    CHECK_REFUSED(run({"--junit", "/nonexistent/j.xml", "--", "touch", directory() + "/started"}),
                  "cannot write the JUnit file '/nonexistent/j.xml'");

    expect_strays();
    const auto where = path("junit.xml");
    std::ofstream{where} << "old\n";
    auto process = start(runner({"--junit", where, "--", "sh", "-c", "echo go; sleep 60"}));
    process.wait_for_output("go\n");
    process.signal(SIGKILL);
    CHECK(process.finish().ending == killed_by(SIGKILL));
    CHECK(nothing_left(10s));
    CHECK(read_text(where) == "old\n");
}

TEST_CASE_FIXTURE(Trial, "a JUnit file behind standard output is appended, not replaced") {
    const auto where = path("both.log");
    bash("nr --junit /dev/stdout -- echo line >'" + where + "'");
    CHECK(begins(read_text(where), "line\n<?xml"));
}

TEST_CASE_FIXTURE(Trial, "on GitHub the verdict is an annotation as well") {
    auto setup = runner({"-t", "200ms", "--", "sleep", "60"});
    setup.environment["GITHUB_ACTIONS"] = "true";
    CHECK(complete(setup).err ==
          "netrunner: sleep: timed out after 200ms: sent SIGTERM\n"
          "::error title=netrunner::sleep: timed out after 200ms: sent SIGTERM\n");
    setup.argv = runner({"--", "no 100%\nsuch"}).argv;
    CHECK(contains(complete(setup).err, "\n::error title=netrunner::cannot run 'no 100%25%0Asuch'"));
    setup.argv = runner({"--", "sh", "-c", "sleep 60 & exit 0"}).argv;
    CHECK(contains(complete(setup).err, "\n::warning title=netrunner::ended 1 orphan"));

    setup.argv = runner({"-q", "-t", "200ms", "--", "sleep", "60"}).argv;
    CHECK(complete(setup).err.empty());
    // A report that fails at the end does not bring back the verdict that -q hides.
    setup.argv = runner({"-q", "-t", "200ms", "--report-fd", "7", "--", "sleep", "60"}).argv;
    const netrunner::Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    setup.more_descriptors[7] = full.get();
    CHECK(complete(setup).err == "netrunner: cannot write the report to 'descriptor 7': no space left on device\n");
    setup.more_descriptors.clear();
    setup.argv = runner({"-q", "--", "/nonexistent"}).argv;
    CHECK(contains(complete(setup).err, "\n::error title=netrunner::cannot run '/nonexistent'"));
    setup.argv = runner({"--", "sh", "-c", "exit 1"}).argv;
    CHECK(complete(setup).err.empty());
    setup.environment["GITHUB_ACTIONS"] = "false";
    setup.argv = runner({"-t", "200ms", "--", "sleep", "60"}).argv;
    CHECK(lines(complete(setup).err).size() == 1);
}

TEST_CASE_FIXTURE(Trial, "the summary is in colour on a terminal that has colours, unless NO_COLOR is set") {
    const auto summary = [&](const std::string& kind, const std::optional<std::string>& no_color) {
        Terminal terminal;
        auto setup = terminal.leader(*this, runner({"--summary", "--", "true"}).argv);
        setup.environment["TERM"] = kind;
        setup.environment["NO_COLOR"] = no_color;
        auto process = start(setup);
        terminal.expect("stderr");
        process.finish();
        return terminal.printed();
    };
    CHECK(contains(summary("xterm", std::nullopt), "\033[32m0, exited\033[0m"));
    CHECK(contains(summary("xterm", ""), "\033[32m"));
    CHECK(!contains(summary("xterm", "1"), "\033"));
    CHECK(!contains(summary("dumb", std::nullopt), "\033"));
    auto piped = runner({"--summary", "--", "true"});
    piped.environment["TERM"] = "xterm";
    CHECK(!contains(complete(piped).err, "\033"));
}

TEST_SUITE_END();
