// Control groups on this machine's own cgroup v2 mount, which need not have a controller: placement, containment,
// collisions, leftovers, removal, messages. Limits are tested in a virtual machine (tests/vm).
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "cgroup_dir.hpp"
#include "chain.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct GroupTrial : Trial {
    CgroupDir groups;

    Process start_in(const std::string& path, const Words& rest) { return start(runner(groups.options(path, rest))); }
};

void write_text(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    CHECK_MESSAGE(out.good(), file);
}

constexpr const char* stubborn =
    "trap '' TERM HUP; (setsid sh -c 'trap \"\" TERM; sleep 60; sleep 60' &); echo go; sleep 60; sleep 60";

}  // namespace

TEST_SUITE_BEGIN("cgroup");

TEST_CASE_FIXTURE(GroupTrial, "the command runs in its group from the first instruction, and the group is removed") {
    if (!groups) return;
    auto [result, report] = run_reported(groups.options("a/b", {"--", "grep", "^0:", "/proc/self/cgroup"}));
    CHECK(result.out == groups.membership("a/b") + "\n");
    CHECK(result.ending == exit_code(0));
    CHECK(report["cgroup"]["path"] == groups.path("a/b"));
    CHECK(report["cgroup"]["limits"].empty());
    CHECK(report["cgroup"]["cpu_usage"] > 0.0);
    CHECK(report["containment"] == Words{"group", "subreaper", "guard", "cgroup"});
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "statuses are the same as without a group, and the group is removed after every run") {
    if (!groups) return;
    CHECK(run(groups.options("x", {"--", "sh", "-c", "exit 7"})).ending == exit_code(7));
    CHECK(run(groups.options("x", {"--", "sh", "-c", "kill -SEGV $$"})).ending == killed_by(SIGSEGV));
    CHECK(run(groups.options("x", {"-q", "--", "/nonexistent"})).ending == exit_code(127));
    CHECK(run(groups.options("x", {"-q", "--", "/etc/passwd"})).ending == exit_code(126));
    CHECK(run(groups.options("x", {"-q", "-t", "100ms", "-k", "100ms", "--", "sh", "-c", stubborn})).ending ==
          exit_code(124));
    CHECK(run(groups.options("x", {"-q", "--rlimit", "nofile=99999999999", "--", "true"})).ending == exit_code(125));
    CHECK(run(groups.options("x", {"--pty", "--", "sh", "-c", "echo hi"})).out == "hi\n");
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "parent groups that existed stay, parent groups that netrunner made are removed") {
    if (!groups) return;
    groups.make("old");
    CHECK(run(groups.options("old/new/x", {"--", "true"})).ending == exit_code(0));
    CHECK(groups.has("old"));
    CHECK(!groups.has("old/new"));
    std::filesystem::remove(groups.path("old"));
}

TEST_CASE_FIXTURE(GroupTrial, "groups that the command makes are ended and removed, also closed and frozen ones") {
    if (!groups) return;
    const auto result =
        run(groups.options("x", {"-q", "-k", "100ms", "--", "sh", "-c",
                                 "cd " + groups.path("x") +
                                     " && mkdir in in/deep shut cold\n"
                                     "sleep 60 & echo $! >in/deep/cgroup.procs\n"
                                     "sleep 60 & echo $! >cold/cgroup.procs; echo 1 >cold/cgroup.freeze\n"
                                     "chmod 000 shut\n"
                                     "echo done"}));
    CHECK(result.out == "done\n");
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a command that leaves its group is still ended") {
    if (!groups) return;
    groups.make("elsewhere");
    const auto result = run(groups.options("x", {"-q", "-k", "100ms", "--", "sh", "-c",
                                                 "sh -c 'echo 0 >" + groups.path("elsewhere/cgroup.procs") +
                                                     "; exec setsid sleep 60' & sleep 0.1; echo done"}));
    CHECK(result.out == "done\n");
    CHECK(!groups.is_populated("elsewhere"));
    CHECK(!groups.has("x"));
    std::filesystem::remove(groups.path("elsewhere"));
}

TEST_CASE_FIXTURE(GroupTrial, "another process that was moved into the group is ended with it") {
    if (!groups) return;
    auto stranger = start(command({"sleep", "60"}));
    auto process = start_in("x", {"-q", "-k", "100ms", "--", "sh", "-c", "echo go; exec sleep 60"});
    process.wait_for_output("go\n");
    write_text(groups.path("x/cgroup.procs"), std::to_string(stranger.pid()));
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(stranger.finish().ending == killed_by(SIGTERM));
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial,
                  "another process that is left in the group is an orphan: it is reported and gets TERM first") {
    if (!groups) return;
    auto stranger = start(command({"sleep", "60"}));
    auto setup = runner(groups.options("x", {"--", "sh", "-c", "echo go; read line"}));
    setup.in = piped();
    setup.hold_input = true;
    auto process = start_reported(setup);
    process.wait_for_output("go\n");
    write_text(groups.path("x/cgroup.procs"), std::to_string(stranger.pid()));
    process.close_input();
    const auto result = process.finish();
    CHECK(stranger.finish().ending == killed_by(SIGTERM));
    CHECK(contains(result.err, "ended 1 orphan: sleep (" + std::to_string(stranger.pid()) + ")"));
    CHECK(report_of(process)["orphans"][0]["pid"] == stranger.pid());
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a path in use is refused, also for groups inside it and above it") {
    if (!groups) return;
    auto first = start_in("x", {"--", "sh", "-c", "echo go; exec sleep 60"});
    first.wait_for_output("go\n");
    const auto second = run(groups.options("x", {"--", "true"}));
    CHECK_REFUSED(second, "is in use by another run of netrunner (pid " + std::to_string(first.pid()) + ")");
    CHECK(groups.is_populated("x"));
    for (const std::string inside : {"x/", "x/y"}) {
        CHECK_REFUSED(run(groups.options(inside, {"--", "true"})),
                      "'" + groups.path("x") + "' is in use by another run");
    }
    first.signal(SIGTERM);
    first.finish();

    auto below = start_in("a/b", {"--", "sh", "-c", "echo go; exec sleep 60"});
    below.wait_for_output("go\n");
    CHECK_REFUSED(run(groups.options("a", {"--", "true"})), "'" + groups.path("a/b") + "' is in use by another run");
    CHECK(run(groups.options("a/c", {"--", "echo", "beside"})).out == "beside\n");
    CHECK(groups.is_populated("a/b"));
    below.signal(SIGTERM);
    below.finish();
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a path that ends with a slash always gets a new group") {
    if (!groups) return;
    auto first = start_in("x/", {"--", "sh", "-c", "echo go; exec sleep 60"});
    first.wait_for_output("go\n");
    CHECK(contains(run(groups.options("x/", {"--", "grep", "^0:", "/proc/self/cgroup"})).out, "/x/run-"));
    first.signal(SIGTERM);
    first.finish();
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "runs beside each other, with parents that come and go, are never refused") {
    if (!groups) return;
    const auto result = bash("for run in 1 2 3 4; do for i in $(seq " + std::to_string(times(40, 300)) +
                             "); do \"$NR\" run --cgroup-base " + groups.path() +
                             " --cgroup p/q/$run -- true || echo $?; done & done; wait");
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "runs above and inside of each other: one of them is refused, none is ended") {
    if (!groups) return;
    const auto log = path("log");
    const auto result = bash("for path in p p/a; do for i in $(seq " + std::to_string(times(40, 300)) +
                             "); do \"$NR\" run --cgroup-base " + groups.path() +
                             " --cgroup $path -- true 2>>log; echo $?; done & done; wait");
    for (const auto& status : lines(result.out)) CHECK_MESSAGE((status == "0" || status == "125"), status);
    for (const auto& line : lines(read_text(log))) CHECK_MESSAGE(contains(line, "is in use by another run"), line);
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a group that was left to an orphan is not cleared by a run on the group above it") {
    if (!groups) return;
    expect_strays();
    auto setup =
        runner(groups.options("p/x", {"--orphans", "leave", "--", "sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"}));
    setup.leaves_processes = true;
    const auto result = complete(setup);
    const pid_t orphan = std::atoi(result.out.c_str());
    CHECK_REFUSED(run(groups.options("p", {"--", "true"})),
                  "'" + groups.path("p/x") + "' is not netrunner's and not empty");
    CHECK(is_running(orphan));
    end_leftovers();
    CHECK(wait_until([&] { return !groups.is_populated("p/x"); }));
    std::filesystem::remove(groups.path("p/x"));
    CHECK(run(groups.options("p", {"--", "true"})).ending == exit_code(0));
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "groups with generated names that killed runs have left are removed by the next run") {
    if (!groups) return;
    expect_strays();
    for (const std::string path : {"u/", "v/w/"}) {
        auto first = start_in(path, {"--", "sh", "-c", "echo go; exec sleep 60"});
        first.wait_for_output("go\n");
        kill_all(links_of(first));
        first.finish();
        CHECK(!groups.is_empty());
        const auto next = run(groups.options(path, {"--", "echo", "next"}));
        CHECK(next.out == "next\n");
        CHECK(groups.is_empty());
    }
}

TEST_CASE_FIXTURE(GroupTrial, "gc removes the groups that killed runs have left, and no other group") {
    if (!groups) return;
    expect_strays();
    const auto collect = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {netrunner(), "gc", "--cgroup-base", groups.path()});
        return complete(command(words));
    };
    CHECK(collect({}).ending == exit_code(0));
    auto living = start_in("a/living", {"--", "sh", "-c", "echo go; exec sleep 60"});
    living.wait_for_output("go\n");
    groups.make("theirs");
    groups.make("theirs/inside");
    for (const std::string path : {"a/left", "theirs/left", "made-up/"}) {
        auto killed = start_in(path, {"-q", "-k", "100ms", "--", "sh", "-c", stubborn});
        killed.wait_for_output("go\n");
        kill_all(links_of(killed));
        killed.finish();
    }
    const auto elsewhere = collect({"theirs"});
    CHECK(lines(elsewhere.out).size() == 1);
    CHECK(groups.has("a/left"));
    CHECK(!groups.has("theirs/left"));
    const auto everywhere = collect({});
    CHECK(everywhere.ending == exit_code(0));
    CHECK(everywhere.err.empty());
    CHECK(lines(everywhere.out).size() == 2);
    CHECK(!groups.has("a/left"));
    CHECK(!groups.has("made-up"));
    CHECK(groups.has("theirs/inside"));
    CHECK(groups.is_populated("a/living"));
    CHECK(collect({}).out.empty());
    living.signal(SIGTERM);
    living.finish();
    for (const char* name : {"theirs/inside", "theirs"}) std::filesystem::remove(groups.path(name));
    CHECK(collect({"nowhere"}).ending == exit_code(125));
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial,
                  "gc clears the group that it is told, too: one made by the killed run, or one that was there") {
    if (!groups) return;
    expect_strays();
    const auto collect = [&](const std::string& name) {
        return complete(command({netrunner(), "gc", "--cgroup-base", groups.path(), name}));
    };
    groups.make("theirs");
    for (const std::string name : {"left", "above/left", "theirs"}) {
        CAPTURE(name);
        auto killed = start_in(name, {"-q", "--", "sh", "-c", stubborn});
        killed.wait_for_output("go\n");
        CHECK(collect(name).out.empty());  // it is in use
        CHECK(groups.is_populated(name));
        kill_all(links_of(killed));
        killed.finish();
        const auto collected = collect(name);
        CHECK(collected.ending == exit_code(0));
        CHECK(lines(collected.out).size() == 1);
        CHECK(contains(collected.out, "ended the processes left in '" + groups.path(name) + "'"));
        CHECK(wait_until([&] { return left(killed).empty(); }));
        CHECK(groups.has(name) == (name == "theirs"));
        CHECK(collect(name).out.empty());
    }
    CHECK(collect("above").out.empty());  // the parent that the killed run had made
    CHECK(!groups.has("above"));
    CHECK(run(groups.options("theirs", {"--", "echo", "free"})).out == "free\n");
    std::filesystem::remove(groups.path("theirs"));
}

TEST_CASE_FIXTURE(GroupTrial, "gc removes the empty leaf of a netrunner that is dead, and no other leaf") {
    if (!groups) return;
    auto gone = start(command({"true"}));
    gone.finish();
    const std::string dead = "netrunner-" + std::to_string(gone.pid());
    const std::string living = "netrunner-" + std::to_string(::getpid());
    for (const std::string& each : {std::string("scope"), "scope/" + dead, "scope/" + living}) groups.make(each);
    const auto collected = complete(command({netrunner(), "gc", "--cgroup-base", groups.path()}));
    CHECK(collected.ending == exit_code(0));
    CHECK(contains(collected.out, "removed the empty group '" + groups.path("scope/" + dead) + "'"));
    CHECK(lines(collected.out).size() == 1);
    CHECK(groups.groups("scope") == std::vector<std::string>{living});
    for (const std::string& each : {"scope/" + living, std::string("scope")}) groups.end(each);
}

TEST_CASE_FIXTURE(GroupTrial, "gc refuses a malformed base, as run does") {
    for (const Words& words : {Words{"gc"}, Words{"gc", "x"}, Words{"run", "--cgroup", "x", "--", "true"}}) {
        auto setup = command(words);
        setup.argv.insert(setup.argv.begin(), netrunner());
        setup.environment["NETRUNNER_CGROUP_BASE"] = "junk";
        CHECK_REFUSED(complete(setup), "NETRUNNER_CGROUP_BASE: invalid base 'junk'");
    }
}

TEST_CASE_FIXTURE(GroupTrial, "other processes in a group that runs made as a parent are named as such") {
    if (!groups) return;
    auto below = start_in("p/x", {"--", "sh", "-c", "echo go; exec sleep 60"});
    below.wait_for_output("go\n");
    auto stranger = start(command({"sleep", "60"}));
    write_text(groups.path("p/cgroup.procs"), std::to_string(stranger.pid()));
    below.signal(SIGTERM);
    below.finish();
    CHECK_REFUSED(run(groups.options("p", {"--", "true"})),
                  "group '" + groups.path("p") + "' holds processes that no run of netrunner left there (" +
                      std::to_string(stranger.pid()) + " sleep)");
    stranger.signal(SIGTERM);
    CHECK(stranger.finish().ending == killed_by(SIGTERM));
    CHECK(run(groups.options("p", {"--", "true"})).ending == exit_code(0));
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "groups inside are removed however many and deep, with few descriptors") {
    if (!groups) return;
    auto setup = runner(groups.options("d", {"--", "sh", "-c",
                                             "cd \"$0\" && for i in $(seq 100); do mkdir w$i; done; "
                                             "for i in $(seq 80); do mkdir g && cd g || exit 9; done",
                                             groups.path("d")}));
    if (!sanitized) setup.argv.insert(setup.argv.begin(), {"prlimit", "--nofile=24"});
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a path that is too long is refused, and no group is left") {
    if (!groups) return;
    std::string path = "long";
    for (int i = 0; i < 18; ++i) path += "/" + std::string(240, 'a');
    CHECK_REFUSED(run(groups.options(path, {"--", "true"})), "characters");
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a group that another process removed is reported, and the command's status is kept") {
    if (!groups) return;
    const auto result = run(
        groups.options("gone", {"--", "sh", "-c", "echo 0 >\"$0/cgroup.procs\" && rmdir \"$0/gone\"", groups.path()}));
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.err, "another process removed '" + groups.path("gone") + "'"));
}

TEST_CASE_FIXTURE(GroupTrial, "a frozen group that was there is refused") {
    if (!groups) return;
    groups.make("ice");
    write_text(groups.path("ice/cgroup.freeze"), "1");
    CHECK_REFUSED(run(groups.options("ice", {"--", "true"})), "is frozen");
    std::filesystem::remove(groups.path("ice"));
}

TEST_CASE_FIXTURE(GroupTrial, "an orphan that has left the group costs nothing while it is waited for") {
    if (!groups) return;
    auto process =
        start_in("x", {"--orphans", "wait", "--", "sh", "-c",
                       "sh -c 'echo 0 >\"$0/cgroup.procs\"; exec sleep 1' \"$0\" & sleep 0.2", groups.path()});
    CHECK(wait_until([&] { return !groups.is_populated("x"); }));
    const pid_t guard = links_of(process).guard;
    double cpu = 0;
    CHECK(wait_until([&] {
        if (is_running(guard)) cpu = std::max(cpu, cpu_seconds(guard));
        return !process.running();
    }));
    CHECK(cpu < 0.3 * slowness());
    process.finish();
}

TEST_CASE_FIXTURE(GroupTrial, "settings of a group that was there are restored") {
    if (!groups) return;
    groups.make("mine");
    write_text(groups.path("mine/cgroup.max.depth"), "7");
    CHECK(run(groups.options("mine", {"--cgroup-set", "cgroup.max.depth=3", "--cgroup-set", "cgroup.max.descendants=5",
                                      "--", "cat", groups.path("mine/cgroup.max.depth")}))
              .out == "3\n");
    CHECK(read_text(groups.path("mine/cgroup.max.depth")) == "7\n");
    CHECK(read_text(groups.path("mine/cgroup.max.descendants")) == "max\n");
    std::filesystem::remove(groups.path("mine"));
}

TEST_CASE_FIXTURE(GroupTrial,
                  "an empty group that was there is used and stays; a group with processes or groups is refused") {
    if (!groups) return;
    groups.make("mine");
    CHECK(run(groups.options("mine", {"--", "grep", "^0:", "/proc/self/cgroup"})).out ==
          groups.membership("mine") + "\n");
    CHECK(groups.has("mine"));
    auto other = start(command({"sleep", "60"}));
    write_text(groups.path("mine/cgroup.procs"), std::to_string(other.pid()));
    CHECK_REFUSED(run(groups.options("mine", {"--", "true"})),
                  "is not netrunner's and not empty (" + std::to_string(other.pid()));
    CHECK(is_running(other.pid()));
    other.signal(SIGKILL);
    other.finish();
    groups.make("mine/below");
    CHECK_REFUSED(run(groups.options("mine", {"--", "true"})), "is not netrunner's and not empty");
    CHECK(groups.has("mine/below"));
    std::filesystem::remove(groups.path("mine/below"));
    std::filesystem::remove(groups.path("mine"));
}

TEST_CASE_FIXTURE(GroupTrial, "when netrunner is killed, the shepherd ends the group and removes it") {
    if (!groups) return;
    expect_strays();
    std::mt19937 random{std::random_device{}()};
    for (int i = times(8, 50); i > 0; --i) {
        auto process = start_in("a/x", {"-q", "-k", "100ms", "--", "sh", "-c", stubborn});
        const bool runs = i % 2 == 0;
        if (runs) {
            process.wait_for_output("go\n");
        } else {
            let_pass(std::chrono::microseconds(random() % 60000));
        }
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return left(process).empty() && !(runs && groups.has("a/x")); }, 2s));
        // If netrunner died before the shepherd knew of the group, no process could remove it: the next run removes it.
        CHECK(run(groups.options("a/x", {"--", "true"})).ending == exit_code(0));
        CHECK(!groups.has("a/x"));
        std::filesystem::remove(groups.path("a"));
    }
}

TEST_CASE_FIXTURE(GroupTrial, "when the shepherd is killed, netrunner ends the group and removes it") {
    if (!groups) return;
    expect_strays();
    for (int i = times(5, 50); i > 0; --i) {
        auto process = start_in("x", {"-q", "-k", "100ms", "--", "sh", "-c", stubborn});
        process.wait_for_output("go\n");
        ::kill(child_running(process.pid(), "netrunner-shepherd"), SIGKILL);
        CHECK(process.finish().ending == exit_code(125));
        CHECK(left(process).empty());
        CHECK(groups.is_empty());
    }
}

TEST_CASE_FIXTURE(GroupTrial, "when all three are killed, the next run on the path ends what is left and works") {
    if (!groups) return;
    expect_strays();
    std::mt19937 random{std::random_device{}()};
    for (int i = times(8, 50); i > 0; --i) {
        auto process = start_in("x", {"-q", "-k", "100ms", "--", "sh", "-c", stubborn});
        if (i % 2 == 0) {
            process.wait_for_output("go\n");
        } else {
            let_pass(std::chrono::microseconds(random() % 30000));
        }
        kill_all(links_of(process));
        process.finish();
        // A shepherd that was still starting may have survived. It holds the group until it has ended the tree.
        CHECK(wait_until([&] { return run(groups.options("x", {"-q", "--", "echo", "works"})).out == "works\n"; }));
        CHECK(wait_until([&] { return left(process).empty(); }, 2s));
        CHECK(groups.is_empty());
    }
}

TEST_CASE_FIXTURE(GroupTrial, "-v reports that a leftover group was removed") {
    if (!groups) return;
    expect_strays();
    auto process = start_in("x", {"-q", "--", "sh", "-c", stubborn});
    process.wait_for_output("go\n");
    kill_all(links_of(process));
    process.finish();
    const auto next = run(groups.options("x", {"-v", "--", "true"}));
    CHECK(contains(next.err, "a run that was killed (pid " + std::to_string(process.pid()) + ")"));
    CHECK(contains(next.err, groups.path("x")));
}

TEST_CASE_FIXTURE(GroupTrial, "--orphans leave keeps the group, which then belongs to the orphans") {
    if (!groups) return;
    auto setup = runner(groups.options("x", {"--orphans", "leave", "--", "sh", "-c", "sleep 60 & echo $!"}));
    setup.leaves_processes = true;
    const auto result = complete(setup);
    const pid_t orphan = std::atoi(result.out.c_str());
    REQUIRE(orphan > 0);
    CHECK(is_running(orphan));
    CHECK(groups.is_populated("x"));
    CHECK_REFUSED(run(groups.options("x", {"--", "true"})), "is not netrunner's and not empty");
    expect_strays();
    ::kill(orphan, SIGKILL);
    CHECK(wait_until([&] { return !groups.is_populated("x"); }));
    std::filesystem::remove(groups.path("x"));
}

TEST_CASE_FIXTURE(GroupTrial,
                  "a limit whose controller is not available is refused with advice, and no group is made") {
    if (!groups) return;
    if (contains(read_text(groups.path("../cgroup.controllers")), "memory")) {
        return skip("the controller 'memory' is available: tests/vm tests this case");
    }
    const auto result = run(groups.options("x/y", {"--memory-max", "64M", "--", "true"}));
    CHECK_REFUSED(result, "cgroup: the controller 'memory' is");
    CHECK(groups.is_empty());
    const auto [refused, report] = run_reported(groups.options("x", {"--pids-max", "5", "--", "true"}));
    CHECK(refused.ending == exit_code(125));
    CHECK(report["reason"] == "spawn-failed");
    CHECK(report["error"]["stage"] == "cgroup");
}

TEST_CASE_FIXTURE(GroupTrial, "impossible paths and values are refused before anything is made") {
    if (!groups) return;
    for (const std::string path : {"..", "a/../b", "/abs", "a//b", "cgroup.x", "a/memory.max", "a\nb"}) {
        CHECK_REFUSED(run(groups.options(path, {"--", "true"})), "invalid group");
    }
    CHECK_REFUSED(run({"--cgroup-base", "/tmp", "--cgroup", "x", "--", "true"}), "is not in a cgroup v2 file system");
    CHECK_REFUSED(run({"--cgroup-base", "/nonexistent", "--cgroup", "x", "--", "true"}), "cannot open '/nonexistent'");
    CHECK_REFUSED(run({"--cgroup-base", "root", "--", "true"}), "--cgroup-base needs --cgroup or a limit");
    CHECK_REFUSED(run(groups.options("x", {"--cgroup-set", "cgroup.nonesuch=1", "--", "true"})),
                  "this kernel has no 'cgroup.nonesuch'");
    CHECK_REFUSED(run(groups.options("x", {"--cgroup-set", "cgroup.max.depth=x", "--", "true"})),
                  "the kernel refused 'x' for cgroup.max.depth");
    CHECK_REFUSED(run(groups.options("x", {"--cpu-max", "0", "--", "true"})), "--cpu-max: invalid share '0'");
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "settings are in force and in the report") {
    if (!groups) return;
    auto [result, report] = run_reported(groups.options(
        "x", {"-v", "--cgroup-set", "cgroup.max.depth=3", "--", "cat", groups.path("x/cgroup.max.depth")}));
    CHECK(result.out == "3\n");
    CHECK(report["cgroup"]["limits"] == nlohmann::json{{"cgroup.max.depth", 3}});
    CHECK(contains(result.err, "netrunner -v: set cgroup.max.depth to 3\n"));
}

TEST_CASE_FIXTURE(GroupTrial, "the base can come from the environment") {
    if (!groups) return;
    auto setup = runner({"--cgroup", "x", "--", "grep", "^0:", "/proc/self/cgroup"});
    setup.environment["NETRUNNER_CGROUP_BASE"] = groups.path();
    CHECK(complete(setup).out == groups.membership("x") + "\n");
}

TEST_CASE_FIXTURE(GroupTrial, "a user who may not make groups gets one line that says so") {
    if (!groups) return;
    ::chmod(directory().c_str(), 0755);
    const auto refused = bash("setpriv --reuid 65534 --regid 65534 --clear-groups \"$NR\" run --cgroup-base " +
                              groups.path() + " --cgroup x -- true");
    CHECK(refused.ending == exit_code(125));
    CHECK(contains(refused.err, "cgroup: cannot create group '" + groups.path("x") + "'"));
    CHECK(contains(refused.err, "permission denied"));
    CHECK(lines(refused.err).size() == 1);
    // The user owns the base, but this process is outside of it. The kernel moves a process only for a user who may
    // write to cgroup.procs of the common ancestor of both groups.
    REQUIRE(::chown(groups.path().c_str(), 65534, 65534) == 0);
    const auto crossing = bash("setpriv --reuid 65534 --regid 65534 --clear-groups \"$NR\" run --cgroup-base " +
                               groups.path() + " --cgroup x -- true");
    CHECK(crossing.ending == exit_code(125));
    CHECK(contains(crossing.err, "cgroup: cannot join '" + groups.path("x") + "'"));
    CHECK(lines(crossing.err).size() == 1);
    CHECK(groups.is_empty());
}

TEST_CASE_FIXTURE(GroupTrial, "a command of another user is in the group as well") {
    if (!groups) return;
    const auto result = run(groups.options("x", {"--uid", "65534", "--", "grep", "^0:", "/proc/self/cgroup"}));
    CHECK(result.out == groups.membership("x") + "\n");
}

TEST_CASE_FIXTURE(GroupTrial, "many runs at once, each in its own group") {
    if (!groups) return;
    const auto result = bash("for i in 1 2 3 4 5 6 7 8 9 10; do nr --cgroup-base " + groups.path() +
                             " --cgroup many/ -- sh -c 'echo done' & done; wait");
    CHECK(lines(result.out).size() == 10);
    CHECK(result.err.empty());
    CHECK(wait_until([&] { return groups.is_empty(); }));
}

TEST_SUITE_END();
