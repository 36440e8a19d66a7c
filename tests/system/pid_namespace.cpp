// --pid-namespace: the run has its own PID namespace. No process can leave it, and everything else works as without it.
// (docs/torture.md, T9, T13 and T83)
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "cgroup_dir.hpp"
#include "chain.hpp"
#include "liveness.hpp"
#include "trial.hpp"

using namespace support;

namespace {

class NamespaceTrial : public Trial {
  public:
    bool possible() {
        const auto result = complete(command({"/usr/bin/unshare", "-pf", "--mount-proc", "/bin/true"}));
        if (result.ending != exit_code(0)) skip("cannot make a PID namespace here: " + result.err);
        return result.ending == exit_code(0);
    }
    // Runs as a user without privileges, with copies of the programs that any user can execute.
    Setup unprivileged(std::vector<std::string> arguments) {
        const auto home = path("reachable");
        std::filesystem::create_directory(home);
        std::filesystem::copy_file(netrunner(), home + "/netrunner");
        std::filesystem::copy_file(shepherd(), home + "/netrunner-shepherd");
        arguments.insert(arguments.begin(), {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                             home + "/netrunner", "run"});
        return command(std::move(arguments));
    }
    bool possible_unprivileged() {
        if (!possible()) return false;
        const auto result = complete(command({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                              "/usr/bin/unshare", "-Upf", "--mount-proc", "/bin/true"}));
        if (result.ending != exit_code(0)) skip("cannot make a user namespace here: " + result.err);
        return result.ending == exit_code(0);
    }
};

Chain guarded_links_of(const Process& process) {
    const Chain links = links_of(process);
    REQUIRE(links.guard > 0);
    return links;
}

const std::string stubborn =
    "trap '' TERM HUP; exec 9>fifo; sleep 60 & setsid sleep 61 & env -i setsid sleep 62 & echo go; wait";

}  // namespace

TEST_SUITE_BEGIN("pid_namespace");

TEST_CASE_FIXTURE(NamespaceTrial, "the command is not the first process, and /proc shows its own namespace") {
    if (!possible()) return;
    const auto [result, report] =
        run_reported({"--pid-namespace", "--", "sh", "-c",
                      "cat /proc/1/comm /proc/$PPID/comm /proc/$$/comm; echo $PPID; [ $$ -lt 9 ]; exit 7"});
    CHECK(result.ending == exit_code(7));
    CHECK(result.out == "nr-guard\nnr-guard\nsh\n1\n");
    CHECK(report["containment"] == nlohmann::json{"group", "subreaper", "guard", "pid-namespace"});
}

TEST_CASE_FIXTURE(NamespaceTrial, "the report has the PIDs that processes have outside of the namespace") {
    if (!possible()) return;
    auto setup =
        runner({"-k", "300ms", "--pid-namespace", "--", "sh", "-c", "setsid sleep 61 & echo go; read -r x; exit 3"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start_reported(setup);
    process.wait_for_output("go\n");
    const pid_t guard = guarded_links_of(process).guard;
    pid_t command = 0;
    pid_t orphan = 0;
    const bool both = wait_until([&] {
        command = orphan = 0;
        for (const pid_t pid : descendants_of(guard)) (name_of(pid) == "sleep" ? orphan : command) = pid;
        return command > 0 && orphan > 0;
    });
    REQUIRE(both);
    process.close_input();
    const auto result = process.finish();
    CHECK(result.ending == exit_code(3));
    const auto report = report_of(process);
    CHECK(report["pid"] == command);
    REQUIRE(report["orphans"].size() == 1);
    CHECK(report["orphans"][0]["pid"] == orphan);
    CHECK(report["orphans"][0]["command"] == "sleep 61");
}

TEST_CASE_FIXTURE(NamespaceTrial, "all three are killed at once: nothing is left") {
    if (!possible()) return;
    expect_strays();
    const Liveness alive{path("fifo")};
    for (const bool stopped : {false, true}) {
        CAPTURE(stopped);
        auto process = start(runner({"-k", "300ms", "--pid-namespace", "--", "sh", "-c", stubborn}));
        process.wait_for_output("go\n");
        const auto chain = guarded_links_of(process);
        const std::vector<pid_t> all{process.pid(), chain.shepherd, chain.guard};
        for (const pid_t pid : all) ::kill(pid, SIGSTOP);
        // The kernel ends a guard that stays stopped.
        for (const pid_t pid : all) {
            if (!stopped || pid != chain.guard) ::kill(pid, SIGKILL);
        }
        process.finish();
        CHECK(alive.all_gone(2s));
        CHECK(wait_until([&] { return left(process).empty() && !is_running(chain.guard); }, 2s));
    }
}

TEST_CASE_FIXTURE(NamespaceTrial, "one or two of the three are killed: nothing is left") {
    if (!possible()) return;
    expect_strays();
    const Liveness alive{path("fifo")};
    for (const std::string killed : {"N", "S", "G", "NS", "NG", "SG"}) {
        CAPTURE(killed);
        auto process = start(runner({"-k", "300ms", "--pid-namespace", "--", "sh", "-c", stubborn}));
        process.wait_for_output("go\n");
        const auto chain = guarded_links_of(process);
        for (const char who : killed) {
            ::kill(who == 'N' ? process.pid() : (who == 'S' ? chain.shepherd : chain.guard), SIGKILL);
        }
        const auto result = process.finish();
        CHECK(alive.all_gone(2s));
        CHECK(wait_until([&] { return !is_running(chain.guard) && !is_running(chain.shepherd); }, 2s));
        if (contains(killed, "N")) continue;
        CHECK(result.ending == exit_code(125));
        CHECK(begins(result.err, contains(killed, "S") ? "netrunner: sh: the shepherd was killed"
                                                       : "netrunner: sh: the guard was killed"));
    }
}

TEST_CASE_FIXTURE(NamespaceTrial, "limits, signals and leftovers work as without a namespace") {
    if (!possible()) return;
    CHECK(
        run({"--pid-namespace", "-t", "300ms", "-k", "300ms", "--", "sh", "-c", "trap '' TERM; setsid sleep 60 & wait"})
            .ending == exit_code(124));
    auto process = start(
        runner({"--pid-namespace", "--", "sh", "-c", "trap 'exit 5' USR1; echo go; while :; do sleep 0.02; done"}));
    process.wait_for_output("go\n");
    process.signal(SIGUSR1);
    CHECK(process.finish().ending == exit_code(5));
    CHECK(run({"--pid-namespace", "--", "sh", "-c", "kill -KILL $$"}).ending == killed_by(SIGKILL));
    CHECK(run({"--pid-namespace", "--", "/nonexistent"}).ending == exit_code(127));
}

TEST_CASE_FIXTURE(NamespaceTrial,
                  "--pid-namespace works with --pty, with --uid, with a control group, and inside itself") {
    if (!possible()) return;
    CHECK(contains(run({"--pid-namespace", "--pty", "--", "sh", "-c", "test -t 1 && echo yes"}).out, "yes"));
    CHECK(run({"--pid-namespace", "--uid", "nobody", "--", "id", "-u"}).out == "65534\n");
    CHECK(run({"--pid-namespace", "--", netrunner(), "run", "--pid-namespace", "--", "sh", "-c", "echo $PPID; exit 6"})
              .ending == exit_code(6));
    CHECK(complete(command({"/usr/bin/unshare", "-pf", "--mount-proc", netrunner(), "run", "--pid-namespace", "--",
                            "sh", "-c", "exit 4"}))
              .ending == exit_code(4));
    const CgroupDir around;
    if (!around) return;
    const auto result = run({"--pid-namespace", "--cgroup-base", around.path(), "--cgroup", "job", "--", "sh", "-c",
                             "setsid sleep 60 & cat /proc/self/cgroup"});
    CHECK(contains(result.out, "/job"));
    CHECK(around.is_empty());
}

TEST_CASE_FIXTURE(NamespaceTrial,
                  "without privileges the namespace is made inside a user namespace, and user and group ids stay") {
    if (!possible_unprivileged()) return;
    const auto result =
        complete(unprivileged({"--pid-namespace", "--", "sh", "-c", "echo $PPID; id -u; id -g; exit 3"}));
    CHECK(result.err.empty());
    CHECK(result.out == "1\n65534\n65534\n");
    CHECK(result.ending == exit_code(3));
}

TEST_CASE_FIXTURE(NamespaceTrial, "orphans cannot be left in a namespace: that is refused") {
    CHECK_REFUSED(run({"--pid-namespace", "--orphans", "leave", "--", "echo", "ran"}),
                  "--orphans leave cannot be used with --pid-namespace");
}

TEST_CASE_FIXTURE(NamespaceTrial, "if the kernel makes no namespace, the run is refused and the setting is named") {
    if (!possible_unprivileged()) return;
    // In a new user namespace the test may set this limit.
    auto setup = command({"/usr/bin/unshare", "-r", "sh", "-c",
                          "echo 0 >/proc/sys/user/max_pid_namespaces && exec \"$NR\" run --pid-namespace -- echo ran"});
    const auto result = complete(setup);
    CHECK_REFUSED(result, "cannot create a PID namespace: PID namespaces are disabled (user.max_pid_namespaces=0)");
}

TEST_SUITE_END();
