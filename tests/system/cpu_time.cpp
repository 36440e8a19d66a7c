// --cpu-time: the run is stopped when its whole tree has used that much processor time, whichever process reaps what.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <regex>

#include "cgroup_dir.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

class BurnTrial : public Trial {
  public:
    Reported limited(const std::string& limit, const std::string& script, const Words& options = {}) {
        Words words{"--cpu-time", limit};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), {"--", "sh", "-c", script});
        return run_reported(words);
    }
    static double used(const nlohmann::json& report) {
        return report["time"]["user"].get<double>() + report["time"]["system"].get<double>();
    }
    static void check_stopped(const Reported& run, double limit) {
        CHECK(run.result.ending == exit_code(124));
        CHECK(run.report["reason"] == "cpu-limit");
        CHECK(run.report["stop"]["cause"] == "cpu-limit");
        CHECK(used(run.report) >= limit);
    }
};

}  // namespace

TEST_SUITE_BEGIN("cpu_time");

TEST_CASE_FIXTURE(BurnTrial, "a command that has used its processor time is stopped, and the verdict says how much") {
    const auto run = limited("300ms", "while :; do :; done");
    check_stopped(run, 0.3);
    CHECK_WALL(run.result, 300, 5000);
    const std::string message = run.report["message"];
    const std::regex verdict(R"(sh: used [0-9]+ms of processor time \(limit 300ms\): sent SIGTERM)");
    CHECK_MESSAGE(std::regex_match(message, verdict), message);
    CHECK(run.result.err == "netrunner: " + message + "\n");
    // The last look is at most 10 ms late, and each processor can be used until the signal arrives.
    CHECK(used(run.report) < 0.3 + 0.5 * slowness());
}

TEST_CASE_FIXTURE(BurnTrial, "processes count whose parent ignores SIGCHLD, so that nothing reaps them") {
    // The kernel adds nothing to its sums for them, so only what looks have seen can count.
    const auto run = limited("500ms",
                             "exec perl -e '$SIG{CHLD} = \"IGNORE\"; for (1..12) { if (!fork) { exec "
                             "\"$ENV{PROGRAMS}/use_cpu\", 400 } sleep 1 }'");
    CHECK(run.result.ending == exit_code(124));
    CHECK(run.report["reason"] == "cpu-limit");
}

TEST_CASE_FIXTURE(BurnTrial, "what the tree uses is added up, also of processes that have ended") {
    const auto together = [&](const std::string& script) {
        CAPTURE(script);
        check_stopped(limited("400ms", script), 0.4);
    };
    together("\"$PROGRAMS/use_cpu\" 60000 & \"$PROGRAMS/use_cpu\" 60000 & wait");
    together("while :; do \"$PROGRAMS/use_cpu\" 50; done");                             // reaped by their parent
    together("while :; do (setsid \"$PROGRAMS/use_cpu\" 50 &) ; sleep 0.1; done");      // reaped by the guard
    together("\"$PROGRAMS/use_cpu\" 200 & \"$PROGRAMS/use_cpu\" 250 & exec sleep 60");  // no process reaps them
    together(
        "sh -c 'while :; do \"$PROGRAMS/use_cpu\" 50; done' & sh -c 'sh -c \"\\\"$PROGRAMS/use_cpu\\\" 60000\"; :'");
}

TEST_CASE_FIXTURE(BurnTrial, "time without work does not count, and what stays below the limit is left alone") {
    for (const std::string script : {"sleep 0.5", "\"$PROGRAMS/use_cpu\" 100 & \"$PROGRAMS/use_cpu\" 100; wait"}) {
        const auto run = limited("10s", script);
        CHECK(run.result.ending == exit_code(0));
        CHECK(run.result.err.empty());
        CHECK(run.report["stop"].is_null());
    }
    CHECK(limited("150ms", "sleep 0.5").result.ending == exit_code(0));
    for (const std::string none : {"0", "infinity"}) {
        CHECK(limited(none, "\"$PROGRAMS/use_cpu\" 200").result.ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(BurnTrial, "it holds in a control group, in a PID namespace and on a pseudo-terminal") {
    CgroupDir groups;
    std::vector<Words> ways{{"--pty"}};
    if (groups) ways.push_back({"--cgroup-base", groups.path(), "--cgroup", "a"});
    if (run({"--pid-namespace", "--", "true"}).ending == exit_code(0)) ways.push_back({"--pid-namespace"});
    for (const Words& way : ways) {
        CAPTURE(way.front());
        check_stopped(limited("300ms", "while :; do \"$PROGRAMS/use_cpu\" 50; done", way), 0.3);
    }
}

TEST_CASE_FIXTURE(BurnTrial, "what a control group used before the run does not count") {
    CgroupDir groups;
    if (!groups) return;
    const std::string mine = groups.path("mine");
    REQUIRE(::system(
                ("mkdir " + mine + " && sh -c 'echo 0 >" + mine + "/cgroup.procs; exec " + program("use_cpu") + " 400'")
                    .c_str()) == 0);
    const auto run =
        limited("300ms", "\"$PROGRAMS/use_cpu\" 100", {"--cgroup-base", groups.path(), "--cgroup", "mine"});
    CHECK(run.result.ending == exit_code(0));
    std::filesystem::remove(mine);  // netrunner does not remove a group that it has found
}

TEST_CASE_FIXTURE(BurnTrial, "the ladder follows, and --preserve-status keeps the command's status") {
    const auto steps = limited("200ms", "trap '' TERM; while :; do :; done", {"-k", "200ms"});
    check_stopped(steps, 0.2);
    CHECK(steps.report["stop"]["steps"].size() == 2);
    CHECK(steps.report["signal"] == "SIGKILL");
    const auto kept = limited("200ms", "while :; do :; done", {"-p"});
    CHECK(kept.result.ending == killed_by(SIGTERM));
    CHECK(kept.report["reason"] == "cpu-limit");
}

TEST_CASE_FIXTURE(BurnTrial, "orphans that are waited for use the same limit") {
    const auto run = limited("300ms", "\"$PROGRAMS/use_cpu\" 60000 & exit 5", {"--orphans", "wait"});
    check_stopped(run, 0.3);
    CHECK(run.report["exit_code"] == 5);
}

TEST_CASE_FIXTURE(BurnTrial, "in nested runs each limit holds for what is below it") {
    const std::string burner = "exec \"$PROGRAMS/use_cpu\" 60000";
    const auto outer = run_reported({"--cpu-time", "300ms", "--", netrunner(), "run", "--", "sh", "-c", burner});
    check_stopped(outer, 0.3);
    CHECK(lines(outer.result.err).size() == 1);
    const auto inner = run_reported({"--", netrunner(), "run", "--cpu-time", "300ms", "--", "sh", "-c", burner});
    CHECK(inner.result.ending == exit_code(124));
    CHECK(inner.report["reason"] == "exited");
    CHECK(contains(inner.result.err, "sh: used "));
}

TEST_CASE_FIXTURE(BurnTrial, "while the limit is far away netrunner sleeps") {
    auto process = start(runner({"--cpu-time", "10h", "--", "sh", "-c", "echo go; exec sleep 60"}));
    process.wait_for_output("go\n");
    let_pass(300ms);
    const auto switches = [&] {
        const auto status = read_text("/proc/" + std::to_string(process.pid()) + "/status");
        return status.substr(status.find("voluntary_ctxt_switches"));
    };
    const auto before = switches();
    let_pass(1s);
    CHECK(switches() == before);
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_SUITE_END();
