// --max-rss and --max-processes: limits that are watched, for where no control group can be had.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "batch_trial.hpp"

using namespace support;

namespace {

constexpr long mega = 1024 * 1024;

}  // namespace

TEST_SUITE_BEGIN("watched_limits");

TEST_CASE_FIXTURE(Trial, "a program that grows by 100 MiB in a second is stopped near its limit") {
    const int rounds = times(3, 20);
    for (int i = 0; i < rounds; ++i) {
        const auto [result, report] = run_reported({"--max-rss", "64M", "--", program("use_memory"), "1024", "100"});
        CHECK(result.ending == exit_code(124));
        CHECK(contains(result.err, "use_memory: used "));
        CHECK(contains(result.err, "of memory (watched limit 64 MiB): sent SIGTERM"));
        CHECK(report["reason"] == "memory-limit");
        CHECK(report["stop"]["cause"] == "memory-limit");
        CHECK(report["memory"]["peak"] > 60 * mega);  // the kernel counts in batches, here and in /proc
        CHECK(report["memory"]["peak"] < static_cast<long>(96 * mega * (slowness() > 1 ? 2 : 1)));
    }
}

TEST_CASE_FIXTURE(Trial, "an ordinary user without a control group has the limit too") {
    if (::geteuid() != 0) return skip("only root can become another user");
    auto setup = command({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", netrunner(), "run",
                          "--max-rss", "64M", "--", program("use_memory"), "1024", "100"});
    setup.directory = "/";
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK(contains(result.err, "watched limit 64 MiB"));
}

TEST_CASE_FIXTURE(Trial, "an ordinary user in a chroot without a control group has the limit too, each time") {
    if (::geteuid() != 0) return skip("only root can change the root directory");
    namespace fs = std::filesystem;
    const std::string root = path("root");
    fs::create_directories(root + "/proc");
    for (const std::string& file : {netrunner(), shepherd(), program("use_memory")})
        fs::copy_file(file, root + "/" + fs::path(file).filename().string());
    if (sanitized) return;  // its programs need libraries
    const auto mounted = complete(command({"unshare", "-m", "mount", "-t", "proc", "proc", root + "/proc"}));
    if (mounted.ending != exit_code(0)) return skip("/proc cannot be mounted here");
    const int rounds = times(3, 20);
    for (int i = 0; i < rounds; ++i) {
        const auto result = complete(
            command({"unshare", "-m", "sh", "-c",
                     "mount -t proc proc \"$0/proc\" && exec chroot --userspec=65534:65534 \"$0\" /netrunner run "
                     "--max-rss 64M --report - -- /use_memory 1024 100",
                     root}));
        CAPTURE(result.err);
        CHECK(result.ending == exit_code(124));
        const auto report = nlohmann::json::parse(result.out.substr(result.out.find('{')));
        CHECK(report["reason"] == "memory-limit");
        CHECK(report["cgroup"].is_null());
        CHECK(report["memory"]["peak"] < static_cast<long>(96 * mega * (slowness() > 1 ? 2 : 1)));
    }
}

TEST_CASE_FIXTURE(Trial, "where a limit of the kernel cannot be had, the refusal names the watched one") {
    const auto without = [&](const std::vector<std::string>& options) {
        auto words = options;
        words.insert(words.end(), {"--cgroup-base", "/proc", "--", "true"});
        return run(words);
    };
    CHECK_REFUSED(without({"--memory-max", "64M"}), "--max-rss, which netrunner watches without a control group");
    CHECK_REFUSED(without({"--pids-max", "10"}), "--max-processes, which netrunner watches");
    CHECK_REFUSED(without({"--pids-max", "10", "--memory-max", "64M"}), "--max-rss and --max-processes, which");
    CHECK(!contains(without({"--cpu-max", "1"}).err, "watches"));
}

TEST_CASE_FIXTURE(Trial, "the memory of a process counts whose first thread has ended") {
    const auto [result, report] =
        run_reported({"--max-rss", "64M", "--sample=100ms", "--", program("use_memory"), "1024", "100", "thread"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["reason"] == "memory-limit");
    CHECK(report["processes"]["list"][0]["peak"] > 40 * mega);
}

TEST_CASE_FIXTURE(Trial, "the memory of all processes counts together") {
    const auto script = "for i in 1 2 3 4; do " + program("use_memory") + " 30 0 & done; wait";
    const auto [result, report] = run_reported({"--max-rss", "100M", "--", "sh", "-c", script});
    CHECK(result.ending == exit_code(124));
    CHECK(report["reason"] == "memory-limit");
    CHECK(report["memory"]["peak"] < 100 * mega);  // of the largest process
}

TEST_CASE_FIXTURE(Trial, "a process too many stops the run") {
    const auto script = "for i in 1 2 3 4 5 6; do sleep 60 & done; wait";
    const auto [result, report] = run_reported({"--max-processes", "6", "--", "sh", "-c", script});
    CHECK(result.ending == exit_code(124));
    CHECK(contains(result.err, "sh: had 7 processes (watched limit 6): sent SIGTERM"));
    CHECK(report["reason"] == "process-limit");
    CHECK(report["orphans"].size() <= 6);
}

TEST_CASE_FIXTURE(Trial, "a run within its limits is not stopped, also if it uses them up") {
    const auto script =
        "sleep 0.3 & a=$!; sleep 0.3 & b=$!; " + program("use_memory") + " 20 0 & wait $a $b; kill $!; exit 0";
    auto setup = runner({"--max-rss", "200M", "--max-processes", "4", "--", "bash", "-c", script});
    CHECK(complete(setup).ending == exit_code(0));
    CHECK(run({"--max-rss", "max", "--max-processes", "max", "--", "true"}).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "values that are no limit are refused") {
    CHECK_REFUSED(run({"--max-rss", "0", "--", "true"}), "at least 1 byte");
    CHECK_REFUSED(run({"--max-rss", "many", "--", "true"}), "--max-rss");
    CHECK_REFUSED(run({"--max-processes", "0", "--", "true"}), "from 1");
    CHECK_REFUSED(run({"--max-processes", "-3", "--", "true"}), "from 1");
}

TEST_CASE_FIXTURE(BatchTrial, "each job of a batch has its own") {
    const auto result =
        run_batch({"-q", "--max-rss", "64M", "--report", path("report"), "--", program("use_memory"), ":::", "1024"});
    CHECK(result.ending == exit_code(1));
    CHECK(job_in(path("report"), 1)["reason"] == "memory-limit");
}

TEST_CASE_FIXTURE(Trial, "another attempt can follow") {
    const auto [result, report] =
        run_reported({"-q", "--retries", "1", "--retry-delay", "0", "--retry-on", "memory-limit", "--max-rss", "32M",
                      "--", program("use_memory"), "100", "0"});
    CHECK(result.ending == exit_code(124));
    CHECK(report["attempts"].size() == 2);
}
