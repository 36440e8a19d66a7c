// Where the output of a batch's jobs goes besides the output modes: the log of -o, the JUnit file, --progress. What
// must hold for output that waits: no line is broken and nothing is lost, whatever the reader and the disk do.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "batch_trial.hpp"
#include "terminal.hpp"

using namespace support;

namespace {

struct LogTrial : BatchTrial {
    /// The lines of a file, sorted.
    std::vector<std::string> sorted(const std::string& name) {
        auto all = lines(text_of(name));
        std::ranges::sort(all);
        return all;
    }
};

/// How many bytes each job has, and that each line is whole: "JOB<tab>" and 20,000 times its letter.
void check_lines(const std::string& text, const std::string& jobs, std::size_t each) {
    std::map<char, std::size_t> count;
    for (const std::string& line : lines(text)) {
        const char letter = line.empty() ? ' ' : line.back();
        REQUIRE((line == std::string(1, letter) + '\t' + std::string(20000, letter)));
        ++count[letter];
    }
    for (const char job : jobs) CHECK(count[job] == each);
}

/// A job's script: writes N times its letter, 20,000 times.
std::string long_lines(int count) {
    return "l=$(head -c 20000 /dev/zero | tr '\\0' $1); i=0; while [ $i -lt " + std::to_string(count) +
           " ]; do echo $l; i=$((i+1)); done";
}

}  // namespace

TEST_SUITE_BEGIN("batch_log");

TEST_CASE_FIXTURE(LogTrial, "-o FILE has the tagged lines of all jobs, in every mode that netrunner can see") {
    const std::vector<std::string> expected{"a\terror a", "a\tout a", "b\terror b", "b\tout b"};
    for (const char* mode : {"group", "ordered", "line", "null", "files=d/{}.{stream}"}) {
        CAPTURE(mode);
        auto result = complete(batch({"-j2", "--tag={}\t", "--output-mode", mode, "-o", path("log"), "--", "sh", "-c",
                                      "echo out $1; echo error $1 >&2", "sh", ":::", "a", "b"}));
        CHECK(result.ending == exit_code(0));
        CHECK(sorted("log") == expected);
        const bool is_shown = std::string(mode) != "null" && std::string(mode)[0] != 'f';
        CHECK(lines(result.out).size() == (is_shown ? 2 : 0));
    }
    for (const char* name : {"d/a.stdout", "d/b.stderr"}) path(name);
    CHECK(text_of("d/a.stdout") == "out a\n");
    CHECK(text_of("d/b.stderr") == "error b\n");
    CHECK(complete(command({"/bin/rm", "-r", "d"})).ending == exit_code(0));
}

TEST_CASE_FIXTURE(LogTrial, "the log is always tagged, the output only if --tag says so") {
    const auto result =
        complete(batch({"-j1", "-o", path("log"), "--", "sh", "-c", "printf 'one\\ntwo'", ":::", "a", "b"}));
    CHECK(result.out == "one\ntwoone\ntwo");
    CHECK(text_of("log") == "1\tone\n1\ttwo\n2\tone\n2\ttwo\n");
}

TEST_CASE_FIXTURE(LogTrial, "the log replaces the file, or is appended to it") {
    write("log", "before\n");
    CHECK(complete(batch({"-o", path("log"), "--append", "--", "echo", ":::", "x"})).ending == exit_code(0));
    CHECK(text_of("log") == "before\n1\tx\n");
    CHECK(complete(batch({"-o", path("log"), "--", "echo", ":::", "y"})).ending == exit_code(0));
    CHECK(text_of("log") == "1\ty\n");
}

TEST_CASE_FIXTURE(LogTrial, "the log breaks no line") {
    for (const char* mode : {"null", "line", "group"}) {
        CAPTURE(mode);
        const auto result = complete(batch({"-j4", "--output-mode", mode, "-o", path("log"), "--tag={}\t", "--", "sh",
                                            "-c", long_lines(10), "sh", ":::", "a", "b", "c", "d"}));
        CHECK(result.ending == exit_code(0));
        check_lines(text_of("log"), "abcd", 10);
    }
}

TEST_CASE_FIXTURE(LogTrial, "a log whose reader stops holds the jobs up, and loses nothing") {
    REQUIRE(::mkfifo(path("log").c_str(), 0600) == 0);
    const int reader = ::open(path("log").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(reader >= 0);
    auto process = start(batch({"-j4", "--output-mode", "null", "-o", path("log"), "--tag={}\t", "--report",
                                path("report"), "--", "sh", "-c", long_lines(10), "sh", ":::", "a", "b", "c", "d"}));
    // The pipe and the reader's side of it are full before the first job has ended.
    process.wait_for("a full pipe", [&] {
        struct stat info {};
        int waiting = 0;
        return ::fstat(reader, &info) == 0 && ::ioctl(reader, FIONREAD, &waiting) == 0 && waiting >= 20000;
    });
    CHECK(jobs_reported(path("report")) == 0);
    CHECK(process.running());
    std::string text(1 << 20, '\0');
    std::string all;
    process.wait_for("the whole log", [&] {
        const ssize_t got = ::read(reader, text.data(), text.size());
        if (got > 0) all.append(text.data(), static_cast<std::size_t>(got));
        return got == 0;
    });
    ::close(reader);
    CHECK(process.finish().ending == exit_code(0));
    check_lines(all, "abcd", 10);
}

TEST_CASE_FIXTURE(LogTrial, "if the log cannot be written, the jobs go on, and the status is 125") {
    const auto result = complete(batch({"-j2", "-o", "/dev/full", "--output-mode", "ordered", "--", "sh", "-c",
                                        "echo $1; sleep 0.1; echo $1", "sh", ":::", "1", "2", "3"}));
    CHECK(result.ending == exit_code(125));
    CHECK(result.out == "1\n1\n2\n2\n3\n3\n");
    CHECK(lines(result.err).front() ==
          "netrunner: cannot write to '/dev/full': no space left on device (the jobs go on)");
    CHECK(result.err.find("cannot write") == result.err.rfind("cannot write"));
    CHECK(contains(result.err, "3 succeeded, 0 failed"));
}

TEST_CASE_FIXTURE(LogTrial, "options that would write one file twice are refused, and nothing is emptied") {
    write("log", "before\n");
    CHECK_REFUSED(complete(batch({"-o", path("log"), "--junit", path("log"), "--", "echo", ":::", "x"})),
                  "-o and --junit name the same file");
    CHECK_REFUSED(complete(batch({"-o", path("log"), "--report", path("log"), "--", "echo", ":::", "x"})),
                  "-o and --report name the same file");
    CHECK_REFUSED(complete(batch({"-a", path("log"), "-o", path("log"), "--", "echo"})),
                  "-a and -o name the same file");
    CHECK_REFUSED(complete(batch({"-o", "-", "--", "echo", ":::", "x"})), "the output of the jobs goes there already");
    CHECK_REFUSED(complete(batch({"--output-mode", "inherit", "-o", path("log"), "--", "echo", ":::", "x"})),
                  "netrunner sees no output");
    CHECK_REFUSED(complete(batch({"--stdout", path("log"), "--", "echo", ":::", "x"})),
                  "all jobs would write to this file (say --output-mode files=TEMPLATE)");
    CHECK_REFUSED(complete(batch({"-o", path("log"), "--junit", path("none/j"), "--", "echo", ":::", "x"})),
                  "cannot write the JUnit file");
    CHECK(text_of("log") == "before\n");
    // An output file of a job is known when the job starts.
    const auto result = complete(batch({"-j1", "--output-mode", "files=" + directory() + "/{}", "-o", path("log"), "--",
                                        "echo", ":::", "log", "other"}));
    CHECK(result.ending == exit_code(1));
    CHECK(contains(result.err, "is the file of -o"));
    CHECK(text_of("log") == "2\tother\n");
    CHECK(text_of("other") == "other\n");
}

TEST_CASE_FIXTURE(LogTrial, "-o - with --output-mode null writes the log to standard output") {
    const auto result = complete(batch({"-j1", "--output-mode", "null", "-o", "-", "--", "echo", ":::", "x", "y"}));
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "1\tx\n2\ty\n");
}

TEST_CASE_FIXTURE(LogTrial, "a line that is ended after a silence counts in the report, and its rest is tagged") {
    auto process =
        start(batch({"--output-mode", "line", "--tag", "--report", path("report"), "-o", path("log"), "--", "sh", "-c",
                     "printf start; until [ -e go ]; do sleep 0.05; done; echo rest", "sh", ":::", "x"}));
    process.wait_for_output("1\tstart\n");
    let_go();
    const auto result = process.finish();
    CHECK(result.out == "1\tstart\n1\trest\n");
    CHECK(text_of("log") == result.out);
    const auto job = job_in(path("report"), 1);
    CHECK(job.at("stdout").at("ended_lines") == 1);
    CHECK(job.at("stderr").at("ended_lines") == 0);
}

TEST_CASE_FIXTURE(LogTrial, "a reader that stops loses nothing, and neither does a spill file that is small or full") {
    // A tmpfs of 1 MiB needs root; without it, the limit of the spill file alone is tested.
    const std::string disk = path("disk");
    std::filesystem::create_directory(disk);
    const bool is_mounted = ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") == 0;
    for (const std::string spill : {"64K", "1G"}) {
        if (spill == "1G" && !is_mounted) continue;
        CAPTURE(spill);
        auto setup = batch({"-j8",         "--tag={}\t",
                            "--spill-max", spill,
                            "--report",    path("report" + spill),
                            "--",          "sh",
                            "-c",          long_lines(160),
                            "sh",          ":::",
                            "a",           "b",
                            "c",           "d",
                            "e",           "f",
                            "g",           "h"});
        setup.environment["TMPDIR"] = disk;
        auto process = start(setup);
        CHECK(settles([&] { return bytes_written(process.pid()); }, 500ms));
        CHECK(process.running());
        const auto result = process.finish();
        CHECK(result.ending == exit_code(0));
        check_lines(result.out, "abcdefgh", 160);
    }
    if (is_mounted) CHECK(::umount(disk.c_str()) == 0);
    std::filesystem::remove(disk);
}

TEST_CASE_FIXTURE(LogTrial, "the JUnit file has a case for each job, with the last lines of a failed one") {
    const std::string records = R"({"id":"good","command":["true"]})"
                                "\n"
                                R"({"id":"bad","command":["sh","-c","printf 'a\\033[31m<b\\n'; exit 3"]})"
                                "\n"
                                R"({"id":"none","command":["/no/such/program"]})"
                                "\nno json\n";
    CHECK(run_batch_of(records, {"-j1", "--junit", path("suite.xml"), "--jsonl"}).ending == exit_code(1));
    const std::string text = text_of("suite.xml");
    CHECK(contains(text, "tests=\"4\" failures=\"1\" errors=\"2\" skipped=\"0\""));
    CHECK(contains(text, "<testcase classname=\"netrunner\" name=\"good\""));
    CHECK(contains(text, "<failure message=\"exited with 3\" type=\"exited\">a&lt;b\n</failure>"));
    CHECK(contains(text, "name=\"none\""));
    CHECK(bash("python3 '" SOURCE_DIR "/tests/support/check_junit.py' '" + path("suite.xml") + "'").out == "\n");
}

TEST_CASE_FIXTURE(LogTrial, "the JUnit file is written also when the batch is cancelled, and a skipped job is in it") {
    const std::vector<std::string> jobs{"-j2",
                                        "--junit",
                                        path("suite.xml"),
                                        "--",
                                        "sh",
                                        "-c",
                                        "[ $1 = 1 ] || { echo waits; exec sleep 60; }",
                                        "sh",
                                        ":::",
                                        "1",
                                        "2"};
    auto first = jobs;
    first.insert(first.begin(), {"--report", path("report")});
    auto process = start(batch(first));
    process.wait_for("the first job's end", [&] { return jobs_reported(path("report")) == 1; });
    process.wait_for_output("waits\n");
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(contains(text_of("suite.xml"), "tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\""));
    CHECK(contains(text_of("suite.xml"), "type=\"cancelled\">waits\n"));
    auto again = jobs;
    again.insert(again.begin(), {"--resume", path("report"), "--batch-timeout", "0.2"});
    CHECK(complete(batch(again)).ending == exit_code(124));
    CHECK(contains(text_of("suite.xml"), "tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\""));
}

TEST_CASE_FIXTURE(LogTrial, "--progress shows a live line on a terminal, apart from the output") {
    Terminal terminal;
    auto setup = terminal.leader(
        *this, {netrunner(), "batch", "-j1", "--progress", "--", "sh", "-c",
                "echo job $1; until [ -e go.$1 ]; do sleep 0.05; done; [ $1 = 2 ]", "sh", ":::", "1", "2"});
    setup.environment["TERM"] = "xterm";
    auto process = start(setup);
    terminal.expect("job 1\r\n");
    terminal.expect("\r00:00:0\\d  0 done  1 running  1 waiting\x1b\\[K\r");
    terminal.forget();
    write("go.1", "go");
    // The line is erased before the next job writes.
    terminal.expect("\r\x1b\\[Kjob 2\r\n");
    terminal.expect("\r00:00:0\\d  1 done \\(1 failed\\)  1 running  0 waiting  ETA \\d\\d:\\d\\d:\\d\\d\x1b\\[K\r");
    write("go.2", "go");
    terminal.expect("\r\x1b\\[Knetrunner: 1 succeeded, 1 failed\r\n");
    CHECK(process.finish().ending == exit_code(1));
}

TEST_CASE_FIXTURE(LogTrial, "without a terminal --progress draws nothing") {
    const auto result = complete(batch({"--progress", "-v", "--", "true", ":::", "1"}));
    CHECK(result.ending == exit_code(0));
    CHECK(!contains(result.err, "\x1b"));
    CHECK(contains(result.err, "no live line is shown: standard error is not a terminal"));
}

TEST_SUITE_END();
