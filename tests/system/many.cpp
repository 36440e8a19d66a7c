// Many runs at once and one after another: runs share nothing, mix nothing up, and leave nothing.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "pattern.hpp"
#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("many");

TEST_CASE_FIXTURE(Trial, "hundreds of parallel runs each give their own output and status") {
    std::vector<Process> processes;
    const int count = times(200, 1000);
    for (int i = 0; i < count; ++i) processes.push_back(start(runner({"--", "sh", "-c", "echo $$; exit 12"})));
    std::set<std::string> pids;
    for (auto& process : processes) {
        const auto result = process.finish(60s);
        CHECK(result.ending == exit_code(12));
        CHECK(result.err.empty());
        CHECK(lines(result.out).size() == 1);
        pids.insert(result.out);
    }
    CHECK(pids.size() == static_cast<std::size_t>(count));
}

TEST_CASE_FIXTURE(Trial, "parallel outputs are complete") {
    std::vector<Process> processes;
    for (int i = 0; i < 40; ++i) processes.push_back(start(runner({"--", program("write_bytes"), "300000", "50000"})));
    const auto out = pattern(300000, 1);
    const auto err = pattern(50000, 2);
    for (auto& process : processes) {
        const auto result = process.finish(60s);
        CHECK(result.ending == exit_code(0));
        CHECK((result.out == out));
        CHECK((result.err == err));
    }
}

TEST_CASE_FIXTURE(Trial, "parallel limits each stop only their own run") {
    std::vector<Process> processes;
    for (int i = 0; i < 40; ++i) {
        processes.push_back(start(runner({"-q", "-t", i % 2 == 0 ? "500ms" : "60", "--", "sh", "-c",
                                          i % 2 == 0 ? "setsid sleep 60 & sleep 60" : "sleep 0.2; exit 5"})));
    }
    for (std::size_t i = 0; i < processes.size(); ++i) {
        const auto result = processes[i].finish();
        CHECK(result.ending == exit_code(i % 2 == 0 ? 124 : 5));
        CHECK(result.left.empty());
    }
}

TEST_CASE_FIXTURE(Trial, "two hundred runs in a row leave no zombie to their parent") {
    auto process =
        start(command({"/bin/bash", "-c",
                       "for i in $(seq 100); do \"$NR\" run -q -- sh -c 'sleep 60 & exit 3'; [ $? = 3 ] || exit 1\n"
                       "\"$NR\" run -- true || exit 2; done; echo done; read line"}));
    process.wait_for(
        "its end", [&] { return contains(process.out(), "done\n") || !process.running(); }, 60s);
    for (const pid_t pid : descendants_of(process.pid())) CHECK_MESSAGE(false, "left: ", pid, " ", name_of(pid));
    CHECK(contains(process.finish().out, "done\n"));
}

TEST_CASE_FIXTURE(Trial, "netrunner uses no processor time while nothing happens") {
    auto setup = runner({"--stdin", "pipe", "--", "sh", "-c", "echo go; sleep 60"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
    REQUIRE(shepherd > 0);
    const double before = cpu_seconds(process.pid()) + cpu_seconds(shepherd);
    CHECK(!wait_until([&] { return !process.running(); }, 1500ms));
    CHECK(cpu_seconds(process.pid()) + cpu_seconds(shepherd) - before < 0.03);
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(Trial, "too few processes give one line and 125, or the run works") {
    if (::geteuid() == 0) {
        // Root is exempt from the limit, so run as a user that has no other processes.
        for (int limit = 1; limit <= 6; ++limit) {
            CAPTURE(limit);
            auto setup = runner({"--", "/bin/true"});
            setup.argv.insert(setup.argv.begin(), {"/usr/bin/setpriv", "--reuid", "54321", "--clear-groups", "/bin/sh",
                                                   "-c", "ulimit -u $0; exec \"$@\"", std::to_string(limit)});
            if (::access(netrunner().c_str(), X_OK) != 0) return skip("another user cannot execute this build");
            const auto result = complete(setup);
            CHECK((result.ending == exit_code(0) || result.ending == exit_code(125)));
            if (result.ending == exit_code(125)) CHECK(lines(result.err).size() == 1);
        }
    } else {
        skip("the process limit would count this user's other processes");
    }
}

TEST_SUITE_END();
