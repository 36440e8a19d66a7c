// netrunner as PID 1 of a container: it reaps orphans, receives signals, and ends with 128+N, because it cannot die of
// a signal.
#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

namespace {

class Pid1 : public Trial {
  public:
    bool possible() {
        const auto result = complete(command({"/usr/bin/unshare", "-pf", "--mount-proc", "/bin/true"}));
        if (result.ending != exit_code(0)) skip("no PID namespace can be made here: " + result.err);
        return result.ending == exit_code(0);
    }

    Setup as_pid1(std::vector<std::string> arguments) {
        auto setup = runner(std::move(arguments));
        setup.argv.insert(setup.argv.begin(), {"/usr/bin/unshare", "-pf", "--mount-proc"});
        return setup;
    }
};

}  // namespace

TEST_SUITE_BEGIN("pid1");

TEST_CASE_FIXTURE(Pid1, "exit codes pass through") {
    if (!possible()) return;
    const auto result = complete(as_pid1({"--", "sh", "-c", "echo $PPID; exit 7"}));
    CHECK(result.ending == exit_code(7));
    CHECK(complete(as_pid1({"--", "/nonexistent"})).ending == exit_code(127));
}

TEST_CASE_FIXTURE(Pid1, "a death by signal is the exit code 128+N") {
    if (!possible()) return;
    for (const int signal : {SIGTERM, SIGKILL, SIGSEGV, SIGINT}) {
        CAPTURE(signal);
        const auto command = "ulimit -c 0; kill -" + std::to_string(signal) + " $$";
        CHECK(complete(as_pid1({"--report", path("r.json"), "--", "sh", "-c", command})).ending ==
              exit_code(128 + signal));
        CHECK(report_at(path("r.json"))["status"] == 128 + signal);
    }
}

TEST_CASE_FIXTURE(Pid1, "limits and orphans work as elsewhere") {
    if (!possible()) return;
    CHECK(complete(as_pid1({"-t", "300ms", "-k", "300ms", "--", "sh", "-c", "trap '' TERM; setsid sleep 60 & wait"}))
              .ending == exit_code(124));
    const auto result = complete(as_pid1({"--", "sh", "-c", "setsid sleep 60 & exit 3"}));
    CHECK(result.ending == exit_code(3));
    CHECK(contains(result.err, "ended 1 orphan: sleep"));
}

TEST_CASE_FIXTURE(Pid1, "TERM from outside reaches the run, though PID 1 has no default action") {
    if (!possible()) return;
    auto process = start(as_pid1({"--", "sh", "-c", "trap 'exit 3' TERM; echo go; while :; do sleep 0.02; done"}));
    process.wait_for_output("go\n");
    const auto inside = children_of(process.pid());
    REQUIRE(inside.size() == 1);
    ::kill(inside[0], SIGTERM);  // PID 1 of the namespace, a child of our unreaped `unshare`
    CHECK(process.finish().ending == exit_code(3));
}

TEST_CASE_FIXTURE(Pid1, "orphans that become children of PID 1 are reaped while the command runs") {
    if (!possible()) return;
    const auto result = complete(as_pid1({"--", "sh", "-c",
                                          "for i in 1 2 3 4 5; do (setsid sh -c 'exit 0' &); done; sleep 0.5; "
                                          "grep -l 'State:.Z' /proc/[0-9]*/status; exit 5"}));
    CHECK(result.out.empty());
    CHECK(result.ending == exit_code(5));
}

TEST_SUITE_END();
