// --die-with-parent: the run ends when the process that started netrunner ends.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

namespace {

struct ParentTrial : Trial {
    // A shell that starts netrunner, prints both pids, and waits until it is ended.
    Process start_parent(const std::string& options) {
        return start(command({"sh", "-c",
                              "\"$0\" run --report r.json " + options +
                                  " -- sh -c 'echo $PPID >go; trap \"exit 3\" TERM; while :; do sleep 0.02; done' & "
                                  "echo runner-$!-; wait",
                              netrunner()}));
    }
    static pid_t runner_of(Process& parent) {
        parent.wait_for_output("-\n");
        return std::atoi(parent.out().c_str() + parent.out().find('-') + 1);
    }
};

}  // namespace

TEST_SUITE_BEGIN("parent");

TEST_CASE_FIXTURE(ParentTrial, "the run stops when the process that started it ends, by any signal") {
    for (const int signal : {SIGKILL, SIGTERM}) {
        CAPTURE(signal);
        expect_strays();
        const auto report = path("r.json");
        ::unlink(report.c_str());
        ::unlink(path("go").c_str());
        auto parent = start_parent("--die-with-parent");
        const pid_t runner = runner_of(parent);
        REQUIRE(wait_until([&] { return !read_text(path("go")).empty(); }));
        parent.signal(signal);
        parent.finish();
        CHECK(wait_until([&] { return !is_running(runner); }));
        const auto told = report_at(report);
        CHECK(told["reason"] == "cancelled");
        CHECK(told["stop"]["cause"] == "parent-died");
        CHECK(told["exit_code"] == 3);
        CHECK(contains(told["message"], "the process that started netrunner has ended"));
    }
}

TEST_CASE_FIXTURE(ParentTrial, "without --die-with-parent the run goes on") {
    expect_strays();
    path("r.json");
    auto parent = start_parent("");
    const pid_t runner = runner_of(parent);
    REQUIRE(wait_until([&] { return !read_text(path("go")).empty(); }));
    parent.signal(SIGKILL);
    parent.finish();
    CHECK(!wait_until([&] { return !is_running(runner); }, 300ms));
    ::kill(runner, SIGTERM);
    CHECK(wait_until([&] { return !is_running(runner); }));
}

TEST_CASE_FIXTURE(ParentTrial, "a parent that cannot be watched is a failed start at the stage 'parent'") {
    const auto report = path("r.json");
    auto setup =
        command({"/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "/bin/true"});
    if (complete(setup).ending != exit_code(0)) return skip("cannot make a PID namespace here");
    setup.argv.pop_back();
    // As PID 1 of the namespace, netrunner's parent is outside.
    const auto watched = runner({"--die-with-parent", "--report", report, "--", "true"}).argv;
    setup.argv.insert(setup.argv.end(), watched.begin(), watched.end());
    CHECK_REFUSED(complete(setup), "--die-with-parent: cannot watch the process that started netrunner");
    const auto told = report_at(report);
    CHECK(told["reason"] == "spawn-failed");
    CHECK(told["error"]["stage"] == "parent");
    CHECK(told["error"]["errno"] == "ESRCH");
}

TEST_CASE_FIXTURE(ParentTrial, "--die-with-parent changes nothing while the parent lives") {
    CHECK(run({"--die-with-parent", "--", "sh", "-c", "sleep 0.1; exit 4"}).ending == exit_code(4));
    CHECK(run({"--die-with-parent", "--pty", "--", "echo", "hello"}).out == "hello\n");
}

TEST_SUITE_END();
