// --max-output-action drop: the command goes on beyond the limit on output, and the rest is discarded. Also how fast
// and at what cost the limit is noticed.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>

#include "proc_fs.hpp"
#include "trial.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

// Whether netrunner uses no processor time for half a second, while its command does not write.
bool is_at_rest(const Process& process) {
    return settles([&] { return static_cast<long>(cpu_seconds(process.pid()) * 100); }, 500ms);
}

}  // namespace

TEST_SUITE_BEGIN("drop_output");

TEST_CASE_FIXTURE(Trial, "the command goes on, exactly the allowed output is passed on, and one line says the rest") {
    auto [result, report] = run_reported({"--max-output", "100", "--max-output-action", "drop", "-o", path("log"), "--",
                                          "sh", "-c", "head -c 1000000 /dev/zero; exit 3"});
    CHECK(result.ending == exit_code(3));
    CHECK(result.out == std::string(100, '\0'));
    CHECK(read_text(path("log")) == result.out);
    CHECK(result.err == "netrunner: sh: more than 100 B of output: dropped 976.5 KiB\n");
    CHECK(report["reason"] == "exited");
    CHECK(report["message"].is_null());
    CHECK(report["stop"].is_null());
    CHECK(report["stdout"]["bytes"] == 100);
    CHECK(report["stdout"]["truncated"] == true);
    CHECK(report["stdout"]["dropped"] == 999900);
    CHECK(report["stderr"]["truncated"] == false);
    CHECK(report["stderr"]["dropped"] == 0);
}

TEST_CASE_FIXTURE(Trial, "output of exactly the allowed size is not dropped") {
    auto [result, report] =
        run_reported({"--max-output", "100", "--max-output-action", "drop", "--", "head", "-c", "100", "/dev/zero"});
    CHECK(result.ending == exit_code(0));
    CHECK(result.out.size() == 100);
    CHECK(result.err.empty());
    CHECK(report["stdout"]["truncated"] == false);
    CHECK(report["stdout"]["dropped"] == 0);
}

TEST_CASE_FIXTURE(Trial, "both streams count together, apart, merged, with times, on a terminal and into files") {
    const auto check = [&](std::vector<std::string> more, bool one_stream) {
        CAPTURE(more.front());
        std::vector<std::string> words{"-q", "--max-output", "100KiB", "--max-output-action", "drop"};
        words.insert(words.end(), more.begin(), more.end());
        for (const std::string& word : {std::string("--"), program("write_bytes"), std::string("100000"),
                                        std::string("100000"), std::string("7")}) {
            words.push_back(word);
        }
        auto [result, report] = run_reported(words);
        CHECK(result.ending == exit_code(7));
        const auto of = [&](const char* figure) {
            return report["stdout"][figure].get<long>() + (one_stream ? 0 : report["stderr"][figure].get<long>());
        };
        CHECK(of("bytes") == 102400);
        CHECK(of("bytes") + of("dropped") == 200000);
        if (one_stream) CHECK(report["stderr"]["dropped"].is_null());
        if (more.front() == "--append") CHECK(read_text(path("log")).size() == 102400U);
    };
    check({"--append", "-o", path("log")}, false);
    check({"--stderr", "stdout"}, true);
    check({"--timestamps", "--prefix", "> "}, false);
    check({"--pty", "--pty-stderr", "terminal"}, true);
    check({"--pty", "--pty-stderr", "pipe"}, false);
}

TEST_CASE_FIXTURE(Trial, "what is dropped counts as output for the idle limit") {
    const auto result = run({"-q", "--max-output", "1", "--max-output-action", "drop", "--idle-timeout", "700ms", "--",
                             "sh", "-c", "for i in 1 2 3 4 5 6; do sleep 0.25; echo x; done"});
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "dropped output does not change the status of a command that ends well after a signal") {
    auto process = start(runner({"--max-output", "1", "--max-output-action", "drop", "--", "sh", "-c",
                                 "trap 'exit 0' TERM; echo much; echo >" + path("written") + "; sleep 60 & wait"}));
    process.wait_for("output", [&] { return read_text(path("written")) == "\n"; });
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "m");
    CHECK(lines(result.err).size() == 2);
    CHECK(begins(result.err, "netrunner: sh: cancelled by SIGTERM"));
    CHECK(contains(result.err, "netrunner: sh: more than 1 B of output: dropped 4 B\n"));
}

TEST_CASE_FIXTURE(Trial, "the limit does not concern the input") {
    auto setup = runner({"-q", "--max-output", "2", "--max-output-action", "drop", "--stdin", "pipe", "--", "sh", "-c",
                         "n=$(wc -c); echo noise; test $n -eq 1000000"});
    setup.in = piped();
    setup.input = std::string(1000000, 'x');
    CHECK(complete(setup).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "beyond the limit netrunner rests while the command does, whether it drops or stops") {
    for (const std::string action : {"drop", "stop"}) {
        CAPTURE(action);
        const auto written = path("written-" + action);
        auto process =
            start(runner({"-q", "-k", "60s", "--max-output", "5", "--max-output-action", action, "--", "sh", "-c",
                          "trap '' TERM; echo too much; echo ready $$ >" + written + "; exec sleep 60"}));
        const pid_t command = ready(process, written);
        CHECK(is_at_rest(process));
        ::kill(command, SIGKILL);
        CHECK(process.finish().ending == (action == "drop" ? killed_by(SIGKILL) : exit_code(124)));
    }
}

TEST_CASE_FIXTURE(Trial, "the action needs a limit") {
    CHECK_REFUSED(run({"--max-output-action", "drop", "--", "true"}), "--max-output-action needs --max-output");
    CHECK_REFUSED(run({"--max-output", "max", "--max-output-action", "stop", "--", "true"}),
                  "--max-output-action needs --max-output");
    CHECK_REFUSED(run({"--max-output", "1", "--max-output-action", "discard", "--", "true"}), "expected stop or drop");
}

TEST_SUITE_END();
