// What `netrunner batch` does with the output of its jobs in each --output-mode, and how lines are marked.
#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct OutputTrial : BatchTrial {
    // Runs `script` once for each of the records with these options.
    Result shell(Words options, const std::string& script, const Words& records) {
        options.insert(options.end(), {"--", "sh", "-c", script, "sh", ":::"});
        options.insert(options.end(), records.begin(), records.end());
        return run_batch(options);
    }
    Process start_shell(Words options, const std::string& script, const Words& records) {
        options.insert(options.end(), {"--", "sh", "-c", script, "sh", ":::"});
        options.insert(options.end(), records.begin(), records.end());
        return start(batch(options));
    }
};

// The bytes on the disk of the unlinked file that `pid` has open below `folder`.
long spilled_bytes(pid_t pid, const std::string& folder) {
    for (const auto& [number, target] : descriptors_of(pid)) {
        struct stat status {};
        if (!begins(target, folder) || !contains(target, "(deleted)")) continue;
        const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(number);
        if (::stat(path.c_str(), &status) == 0) return status.st_blocks * 512L;
    }
    return 0;
}

const std::string blocks_until_go = "until [ -e go ]; do sleep 0.02; done";

}  // namespace

TEST_SUITE_BEGIN("batch_output");

TEST_CASE_FIXTURE(OutputTrial, "the outputs of a job go to netrunner's own, each to its own, in every mode") {
    for (const char* mode : {"group", "ordered", "line"}) {
        CAPTURE(mode);
        const auto result =
            shell({"-j2", "-q", "--output-mode", mode}, "echo out $1; echo err $1 >&2", {"1", "2", "3"});
        auto out = lines(result.out);
        auto err = lines(result.err);
        std::ranges::sort(out);
        std::ranges::sort(err);
        CHECK(out == Words{"out 1", "out 2", "out 3"});
        CHECK(err == Words{"err 1", "err 2", "err 3"});
    }
}

TEST_CASE_FIXTURE(OutputTrial, "in the mode group one job streams live, and the others wait for its end") {
    auto process = start_shell(
        {"-j2"},
        "echo $1; [ $1 = 2 ] || { until [ -e next ]; do sleep 0.02; done; echo more $1; " + blocks_until_go + "; }",
        {"1", "2"});
    process.wait_for("a line", [&] { return !process.out().empty(); });
    const bool first_is_live = process.out() == "1\n";  // else job 2 was first, and had the floor until its end
    write("next", "");
    process.wait_for_output("more 1\n");
    CHECK(process.out() == (first_is_live ? "1\nmore 1\n" : "2\n1\nmore 1\n"));
    let_go();
    const auto result = process.finish();
    CHECK(result.out == (first_is_live ? "1\nmore 1\n2\n" : "2\n1\nmore 1\n"));
}

TEST_CASE_FIXTURE(OutputTrial, "in the mode ordered the output is in the order of the input, whatever ends first") {
    const auto result = shell({"-j4", "--output-mode", "ordered"},
                              "[ $1 != 1 ] || until [ -e last ]; do sleep 0.02; done; echo $1; [ $1 != 6 ] || : >last",
                              {"1", "2", "3", "4", "5", "6", "7"});
    CHECK(result.out == "1\n2\n3\n4\n5\n6\n7\n");
    path("last");
}

TEST_CASE_FIXTURE(OutputTrial, "in the mode ordered at most 1,000 finished jobs wait for their turn") {
    std::filesystem::create_directory(path("started"));
    Words words{"-j4",
                "--output-mode",
                "ordered",
                "--",
                "sh",
                "-c",
                ": >started/$1; echo $1; [ $1 != 1 ] || " + blocks_until_go,
                "sh"};
    std::string input;
    for (int i = 1; i <= 1100; ++i) input += std::to_string(i) + "\n";
    auto process = start(batch_of(input, words));
    const auto started = [&] {
        const std::filesystem::directory_iterator entries(path("started"));
        return static_cast<long>(std::distance(entries, std::filesystem::directory_iterator()));
    };
    process.wait_for(
        "1,001 jobs", [&] { return started() >= 1001; }, 60s);
    CHECK(settles(started, 1s));
    CHECK(started() <= 1004);
    CHECK(process.out() == "1\n");
    let_go();
    const auto result = process.finish(60s);
    CHECK(result.ending == exit_code(0));
    CHECK((result.out == input));
}

TEST_CASE_FIXTURE(OutputTrial, "in the mode line whole lines of all jobs come as they are written") {
    auto process = start_shell(
        {"-j2", "--output-mode", "line"},
        "echo first $1; until [ -e next ]; do sleep 0.02; done; echo second $1; " + blocks_until_go, {"1", "2"});
    process.wait_for("two lines", [&] { return lines(process.out()).size() == 2; });
    write("next", "");
    process.wait_for("four lines", [&] { return lines(process.out()).size() == 4; });
    let_go();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(OutputTrial,
                  "a line over 64 KiB is not broken in any mode, and a line that is being written waits for no other") {
    // Each job writes a line of 300,000 bytes in ten parts.
    const std::string script =
        "for i in 1 2 3; do for j in 1 2 3 4 5 6 7 8 9 10; do head -c 30000 /dev/zero | tr '\\0' $1; sleep 0.01; done; "
        "echo; done";
    for (const char* mode : {"group", "ordered", "line"}) {
        for (const bool tagged : {false, true}) {
            CAPTURE(mode);
            Words options{"-j4", "--output-mode", mode};
            if (tagged) options.emplace_back("--tag={}:");
            const auto result = shell(options, script, {"a", "b", "c", "d"});
            const auto out = lines(result.out);
            CHECK(out.size() == 12);
            for (const std::string& line : out) {
                const std::size_t start = tagged ? 2 : 0;
                REQUIRE(line.size() == 300'000 + start);
                CHECK((line.substr(start) == std::string(300'000, line[0])));
            }
        }
    }
}

TEST_CASE_FIXTURE(OutputTrial, "the bytes of a job are not changed") {
    for (const char* mode : {"group", "ordered", "line", "files=out/{#}"}) {
        CAPTURE(mode);
        CHECK(shell({"-j1", "--output-mode", mode}, "head -c 200000 /dev/urandom | tee bytes.$1", {"1", "2"}).ending ==
              exit_code(0));
    }
    CHECK(text_of("bytes.1") == read_text(path("out") + "/1"));
    const auto result =
        shell({"-j2", "--output-mode", "ordered"}, "head -c 200000 /dev/urandom | tee bytes.$1", {"1", "2", "3"});
    CHECK((result.out == text_of("bytes.1") + text_of("bytes.2") + text_of("bytes.3")));
    std::filesystem::remove_all(path("out"));
}

TEST_CASE_FIXTURE(OutputTrial, "a last line without a newline stays so unless lines are tagged") {
    for (const char* mode : {"group", "ordered"}) {
        CAPTURE(mode);
        CHECK(shell({"-j1", "--output-mode", mode}, "printf $1", {"a", "b"}).out == "ab");
        CHECK(shell({"-j1", "--output-mode", mode, "--tag={}:"}, "printf $1", {"a", "b"}).out == "a:a\nb:b\n");
        CHECK(shell({"-j1", "--output-mode", mode, "--timestamps"}, "printf $1", {"a", "b"}).out.ends_with("b\n"));
    }
}

TEST_CASE_FIXTURE(OutputTrial, "--tag is the job's id and a tab, a template is written as it stands") {
    CHECK(shell({"-j1", "--tag"}, "echo $1", {"x", "y"}).out == "1\tx\n2\ty\n");
    const auto result = shell({"-j1", "-q", "--tag=<{#} {}> "}, "echo out; echo err >&2", {"x"});
    CHECK(result.out == "<1 x> out\n");
    CHECK(result.err == "<1 x> err\n");
    CHECK(shell({"-j1", "--tag=plain|"}, "echo out", {"x"}).out == "plain|out\n");
    CHECK(run_batch_of(R"({"id":"one","command":["echo","x"]})", {"--jsonl", "--tag"}).out == "one\tx\n");
}

TEST_CASE_FIXTURE(OutputTrial, "--timestamps begins each line with the time") {
    const auto result = shell({"-j1", "--timestamps", "--tag={}:"}, "echo one; echo two", {"x"});
    const auto out = lines(result.out);
    REQUIRE(out.size() == 2);
    for (const std::string& line : out) CHECK(std::regex_search(line, std::regex("[0-9]+\\.[0-9]+.*x:(one|two)$")));
    const auto iso = shell({"-j1", "--timestamps=iso"}, "echo one", {"x"});
    CHECK(std::regex_search(iso.out, std::regex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T.* *one\n")));
}

TEST_CASE_FIXTURE(OutputTrial, "--show failed prints the output of failed jobs only") {
    for (const char* mode : {"group", "ordered"}) {
        CAPTURE(mode);
        const auto result = shell({"-j2", "-q", "--show", "failed", "--output-mode", mode},
                                  "echo out $1; echo err $1 >&2; exit $(($1 % 2))", {"1", "2", "3", "4"});
        auto out = lines(result.out);
        std::ranges::sort(out);
        CHECK(out == Words{"out 1", "out 3"});
        CHECK(lines(result.err).size() == 2);
    }
    CHECK(shell({"-j1", "--show", "all"}, "echo $1; exit 1", {"1"}).out == "1\n");
}

TEST_CASE_FIXTURE(OutputTrial, "files= writes a file for each job and stream, and makes their directories") {
    auto result =
        shell({"-j2", "-q", "--output-mode", "files=logs/{}/{#}.{stream}"}, "echo out $1; echo err $1 >&2", {"a", "b"});
    CHECK(result.ending == exit_code(0));
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    const std::string logs = path("logs");
    CHECK(read_text(logs + "/a/1.stdout") == "out a\n");
    CHECK(read_text(logs + "/a/1.stderr") == "err a\n");
    CHECK(read_text(logs + "/b/2.stdout") == "out b\n");
    std::filesystem::remove_all(logs);
    result = shell({"-j2", "--output-mode", "files=logs/{id}"}, "echo out $1; echo err $1 >&2", {"a"});
    CHECK(read_text(logs + "/1") == "out a\nerr a\n");
    CHECK_REFUSED(shell({"--output-mode", "files=log"}, "echo", {"a", "b"}), "files=log");
    std::filesystem::remove_all(logs);
}

TEST_CASE_FIXTURE(OutputTrial, "a record cannot lead the file of its output out of the directory of files=") {
    const std::string report = path("report.jsonl");
    std::filesystem::create_directory(path("logs"));
    const auto result = shell({"-j1", "--report", report, "--output-mode", "files=logs/{}"}, "echo ran",
                              {"../escaped", "/tmp/escaped", "ok"});
    CHECK(result.ending == exit_code(1));
    CHECK(job_in(report, 1).at("reason") == "spawn-failed");
    CHECK(job_in(report, 3).at("status") == 0);
    CHECK(!std::filesystem::exists(directory() + "/escaped"));
    CHECK(!std::filesystem::exists("/tmp/escaped"));
}

TEST_CASE_FIXTURE(OutputTrial, "an id cannot lead the file of its output out of the directory either") {
    std::filesystem::create_directory(path("logs"));
    write("jobs", R"({"command": ["echo", "ran"], "id": "/tmp/netrunner-escaped"})"
                  "\n"
                  R"({"command": ["echo", "ran"], "id": "../escaped"})"
                  "\n"
                  R"({"command": ["echo", "ran"], "id": "a/b"})"
                  "\n");
    const std::string report = path("report.jsonl");
    for (const bool logged : {false, true}) {
        CAPTURE(logged);
        Words words{"-j1", "--jsonl", "-a", path("jobs"), "--report", report, "--output-mode", "files={id}"};
        if (logged) words.insert(words.end(), {"-o", path("log")});
        auto setup = batch(words);
        setup.directory = path("logs");
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(1));
        CHECK(contains(result.err, "1 succeeded, 2 failed"));
        CHECK(job_in(report, 1).at("reason") == "spawn-failed");
        CHECK(job_in(report, 1).at("message") ==
              "line 1: its output file '/tmp/netrunner-escaped' would lead out of the directory of --output-mode "
              "files={id} (say files=./{id})");
        CHECK(job_in(report, 2).at("message") ==
              "line 2: its output file '../escaped' would lead out of the directory of --output-mode files={id}");
        CHECK(text_of("logs/a/b") == "ran\n");
        CHECK(!std::filesystem::exists("/tmp/netrunner-escaped"));
        CHECK(!std::filesystem::exists(directory() + "/escaped"));
        std::filesystem::remove(report);
    }
    std::filesystem::remove_all(path("logs"));
    for (const char* name : {"jobs", "log", "report.jsonl"}) path(name);
}

TEST_CASE_FIXTURE(OutputTrial, "a file of files= has one job: the output of another does not replace it") {
    const std::string report = path("report.jsonl");
    std::filesystem::create_directory(path("logs"));
    for (const bool logged : {false, true}) {
        CAPTURE(logged);
        Words options{"-j1", "--report", report, "--output-mode", "files=logs/{/}"};
        if (logged) options.insert(options.end(), {"-o", path("log")});
        const auto result = shell(options, "echo $1", {"a/x", "b/y", "b/x", "c//x/"});
        CHECK(result.ending == exit_code(1));
        CHECK(job_in(report, 3).at("reason") == "spawn-failed");
        CHECK(job_in(report, 3).at("message") ==
              "its output file 'logs/x' is that of an earlier job (add {#} to the name)");
        CHECK(job_in(report, 4).at("reason") == "spawn-failed");
        CHECK(text_of("logs/x") == "a/x\n");
        CHECK(text_of("logs/y") == "b/y\n");
        // Also if that job has succeeded before, and is skipped.
        options[1] = "--resume";
        const auto resumed = shell(options, "echo $1", {"a/x", "b/x"});
        CHECK(resumed.ending == exit_code(1));
        CHECK(contains(resumed.err, "0 succeeded, 1 failed, 1 skipped"));
        CHECK(text_of("logs/x") == "a/x\n");
        std::filesystem::remove(report);
    }
    // The id of one job may be the number of another.
    write("jobs", R"({"command": ["echo", "one"], "id": "2"})"
                  "\n"
                  R"({"command": ["echo", "two"]})"
                  "\n");
    CHECK(run_batch({"-j1", "-q", "--jsonl", "-a", path("jobs"), "--output-mode", "files=logs/{id}.{stream}"}).ending ==
          exit_code(1));
    CHECK(text_of("logs/2.stdout") == "one\n");
    // Each attempt of a job has the job's file.
    CHECK(shell({"-j1", "-q", "--retries", "2", "--retry-delay", "0", "--output-mode", "files=logs/{}"},
                "echo $1; [ -e again ] || { : >again; exit 1; }", {"r"})
              .ending == exit_code(0));
    CHECK(text_of("logs/r") == "r\nr\n");
    std::filesystem::remove_all(path("logs"));
    for (const char* name : {"jobs", "log", "report.jsonl", "again"}) path(name);
}

TEST_CASE_FIXTURE(OutputTrial, "a tag is one line, whatever the record contains") {
    const std::string record = "x\nb\tforged\x1b[2J\\";
    const std::string tag = "x\\nb\\tforged\\x1B[2J\\\\";
    for (const char* mode : {"group", "ordered", "line"}) {
        CAPTURE(mode);
        const auto result = shell({"-j1", "-q", "--tag={}\t", "--output-mode", mode, "-o", path("log")},
                                  "echo out; echo err >&2", {record});
        CHECK(result.out == tag + "\tout\n");
        CHECK(result.err == tag + "\terr\n");
        auto logged = lines(text_of("log"));
        std::ranges::sort(logged);
        CHECK(logged == Words{tag + "\terr", tag + "\tout"});
    }
    // `report merge` has a line for each failed job.
    const std::string report = path("report.jsonl");
    shell({"-q", "--report", report}, "exit 1", {"x\nfailed: 2 forged"});
    const auto merged = complete(command({netrunner(), "report", "merge", report}));
    CHECK(lines(merged.out).size() == 2);
    CHECK(contains(merged.out, "x\\nfailed: 2 forged"));
}

TEST_CASE_FIXTURE(OutputTrial, "null throws the output away, inherit gives the jobs netrunner's own descriptors") {
    auto result =
        shell({"-j2", "-q", "--output-mode", "null"}, "echo out; echo err >&2; readlink /proc/self/fd/2 >link", {"a"});
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    CHECK(text_of("link") == "/dev/null\n");
    auto setup =
        batch({"-j1", "--output-mode", "inherit", "--", "readlink", "/proc/self/fd/1", ":::", "/proc/self/fd/2"});
    setup.err = merged();
    auto process = start(setup);
    const auto descriptors = descriptors_of(process.pid());
    result = process.finish();
    REQUIRE(lines(result.out).size() >= 2);
    CHECK(begins(lines(result.out)[0], "pipe:["));
    CHECK(lines(result.out)[0] == lines(result.out)[1]);
    if (descriptors.contains(1)) CHECK(lines(result.out)[0] == descriptors.at(1));
}

TEST_CASE_FIXTURE(OutputTrial, "options that an output mode cannot carry out are refused with the reason") {
    for (const Words& option : std::vector<Words>{{"--tag"}, {"--timestamps"}, {"--show", "failed"}, {"--progress"}}) {
        Words words{"--output-mode", "inherit"};
        words.insert(words.end(), option.begin(), option.end());
        words.insert(words.end(), {"--", "touch", ":::", "ran"});
        CHECK_REFUSED(run_batch(words), option.front());
    }
    CHECK_REFUSED(run_batch({"--output-mode", "line", "--show", "failed", "--", "true"}), "--show");
    for (const char* mode : {"", "lines", "files", "files="})
        CHECK_REFUSED(run_batch({std::string("--output-mode=") + mode, "--", "true"}), "output mode");
}

TEST_CASE_FIXTURE(OutputTrial,
                  "while the reader stands still, memory and spill file keep their limits, and nothing is lost") {
    if (sanitized) return skip(needs_more);
    const long bytes = amount(16, 200) * 1'000'000L;
    std::string folder = path("spill");
    std::filesystem::create_directory(folder);
    const bool small_disk = ::getuid() == 0 && ::mount("none", folder.c_str(), "tmpfs", 0, "size=20m") == 0;
    for (const bool is_full : {false, true}) {
        if (is_full && !small_disk) {
            skip("mounting a small file system needs root");
            break;
        }
        auto setup = batch({"-j8", "--spill-max", is_full ? "1G" : "20M", "--", "sh", "-c",
                            "yes $1 | head -c " + std::to_string(bytes), "sh", ":::", "1111111", "2222222", "3333333",
                            "4444444", "5555555", "6666666", "7777777", "8888888"});
        const std::string place = is_full ? folder : directory();
        setup.environment["TMPDIR"] = place;
        auto process = start(setup);
        // Nobody reads: the jobs write until all that may wait is full.
        CHECK(settles([&] { return resident_bytes(process.pid()) + spilled_bytes(process.pid(), place); }, 700ms, 60s));
        const long resident = resident_bytes(process.pid());
        const long spilled = spilled_bytes(process.pid(), place);
        CHECK_MESSAGE(resident <= 72L * 1024 * 1024, resident, " bytes");
        CHECK_MESSAGE(spilled <= 20L * 1024 * 1024 + 64 * 1024, spilled, " bytes");
        CHECK(spilled > 8L * 1024 * 1024);
        const auto result = process.finish(Millis{120'000});
        CHECK(result.ending == exit_code(0));
        REQUIRE(static_cast<long>(result.out.size()) == 8 * bytes);
        std::vector<long> counts(10);
        for (long i = 0; i < 8; ++i) {
            const std::string part =
                result.out.substr(static_cast<std::size_t>(i * bytes), static_cast<std::size_t>(bytes));
            std::string expected = std::string(7, part[0]) + '\n';
            while (static_cast<long>(expected.size()) < bytes) expected += expected;
            expected.resize(static_cast<std::size_t>(bytes));
            CHECK((part == expected));
            ++counts.at(static_cast<std::size_t>(part[0] - '0'));
        }
        for (std::size_t i = 1; i <= 8; ++i) CHECK(counts[i] == 1);
    }
    if (small_disk) ::umount(folder.c_str());
}

TEST_CASE_FIXTURE(OutputTrial,
                  "pieces below a page keep the spill file within its limit, and what was read is used again") {
    if (sanitized) return skip(needs_more);
    constexpr long limit = 2'000'000;
    const long bytes = amount(8, 32) * 1'000'000L;
    // Each job writes pieces of 700 bytes.
    auto setup = batch({"-j6", "-q", "--spill-max", std::to_string(limit), "--", "sh", "-c",
                        "yes $1 | head -c " + std::to_string(bytes) + " | dd bs=700 2>/dev/null", "sh", ":::", "111",
                        "222", "333", "444", "555", "666"});
    setup.environment["TMPDIR"] = directory();
    auto process = start(setup);
    long most = 0;
    long seen = 0;
    while (process.running()) {
        process.exchange(20ms);
        const long now = spilled_bytes(process.pid(), directory());
        most = std::max(most, now);
        seen += now > 0 ? 1 : 0;
    }
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(static_cast<long>(result.out.size()) == 6 * bytes);
    CHECK_MESSAGE(most <= limit, most, " bytes on the disk");
    CHECK(seen > 0);
    for (const char digit : {'1', '2', '3', '4', '5', '6'})
        CHECK(std::ranges::count(result.out, digit) == bytes / 4 * 3);
}

TEST_CASE_FIXTURE(OutputTrial, "a spill file that cannot be read again makes the status 125, and the jobs go on") {
    auto setup = batch({"-j2", "--report", path("report"), "--shell",
                        "[ $1 = 1 ] && " + blocks_until_go + "; yes $1 | head -c 4000000; : >done$1", ":::", "1", "2"});
    // Job 1 has the floor.
    setup.argv.insert(setup.argv.begin() + 2, {"--output-mode", "ordered"});
    setup.environment["TMPDIR"] = directory();
    auto process = start(setup);
    path("done1"), path("done2");
    process.wait_for("output in the file", [&] { return std::filesystem::exists(path("done2")); });
    bool is_cut = false;
    for (const auto& [number, target] : descriptors_of(process.pid())) {
        if (!begins(target, directory()) || !contains(target, "(deleted)")) continue;
        is_cut =
            ::truncate(("/proc/" + std::to_string(process.pid()) + "/fd/" + std::to_string(number)).c_str(), 0) == 0;
    }
    REQUIRE(is_cut);
    let_go();
    const auto result = process.finish();
    CHECK(result.ending == exit_code(125));
    CHECK(contains(result.err, "netrunner: cannot read the spill file: output of jobs is lost"));
    CHECK(jobs_reported(path("report")) == 2);
}

TEST_CASE_FIXTURE(BatchTrial, "without the reader of standard error, standard output is whole") {
    for (const std::string mode : {"group", "ordered", "line"}) {
        CAPTURE(mode);
        const auto result = bash("\"$NR\" batch -j1 --output-mode " + mode +
                                 " --shell 'echo out$1; echo err$1 >&2' ::: 1 2 3 4 5 6 2> >(head -n1 >/dev/null)");
        CHECK(result.out == "out1\nout2\nout3\nout4\nout5\nout6\n");
    }
}

TEST_SUITE_END();
