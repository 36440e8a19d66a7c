// --spare leaves daemons of the named programs running, after each end of a run; everything else is ended.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "cgroup_dir.hpp"
#include "trial.hpp"

using namespace support;

namespace {

constexpr auto grace = 300ms;

/// A trial with the server of a compiler cache in its directory, under a name of more than 15 bytes.
class Cached : public Trial {
  public:
    Cached() {
        expect_strays();
        std::filesystem::copy_file(Trial::program("cache_server"), path(name));
        for (const char* file : {"server", "server.worker", "server.lost"}) path(file);
    }
    ~Cached() { end_leftovers(); }

    const std::string name = "cache-of-compilers";

    Setup setup(std::vector<std::string> arguments) const {
        Setup setup = runner(std::move(arguments));
        setup.leaves_processes = true;
        return setup;
    }
    bool serves() { return serves("server"); }
    // All three processes of the server run.
    bool serves(const std::string& where) {
        for (const char* part : {"", ".worker", ".lost"}) {
            const pid_t pid = announced(path(where + part));
            CHECK_MESSAGE(pid > 0, where, part, " has not announced itself");
            if (pid <= 0 || !is_running(pid)) return false;
        }
        return true;
    }
    pid_t server() { return announced(path("server")); }
    // Waits until the server alone is left.
    bool only_the_server_is_left() {
        return wait_until([&] { return left().size() == 3; }, 5s) && serves();
    }
};

class Grouped : public Cached {
  public:
    CgroupDir groups;

    std::vector<std::string> in_group(std::vector<std::string> command) const {
        std::vector<std::string> words{"--cgroup-base", groups.path(), "--cgroup", "x", "--spare", name, "-k",
                                       "300ms",         "--"};
        words.insert(words.end(), command.begin(), command.end());
        return words;
    }
};

pid_t shepherd_of(const Process& process) { return child_running(process.pid(), "netrunner-shepherd"); }

}  // namespace

TEST_SUITE_BEGIN("spare");

TEST_CASE_FIXTURE(Cached, "a named daemon and its workers are left running and reported; others are ended") {
    auto [result, report] = complete_reported(
        setup({"--spare", name, "--", "sh", "-c", "sleep 100 & setsid sleep 101 & ./" + name + " server; exit 3"}));
    CHECK(result.ending == exit_code(3));
    CHECK(only_the_server_is_left());
    CHECK(begins(result.err, "netrunner: ended 2 orphans: sleep ("));
    CHECK(report["orphans"].size() == 2);
    REQUIRE(report["spared"].size() == 2);  // the worker that has lost its parent has the name, too
    CHECK(report["spared"][0]["pid"] == server());
    CHECK(report["spared"][0]["command"] == "./" + name + " server");
    CHECK(report["reason"] == "exited");
    CHECK_WALL(result, 0, 3000);
}

TEST_CASE_FIXTURE(Cached, "a run that leaves only spared processes ends at once, without a line") {
    auto [result, report] = complete_reported(setup({"--spare", name, "--", "./" + name, "server", "4"}));
    CHECK(result.ending == exit_code(4));
    CHECK(only_the_server_is_left());
    CHECK(result.err.empty());
    CHECK(report["orphans"].empty());
    CHECK(report["stop"].is_null());
    CHECK(report["message"].is_null());
    CHECK_WALL(result, 0, 2000);
}

TEST_CASE_FIXTURE(Cached, "without its name, and with another one, the daemon is ended") {
    const auto result = run({"--spare", "cache-of-compiler", "--spare", "cache", "--", "./" + name, "server"});
    CHECK(contains(result.err, "netrunner: ended 3 orphans: "));
    CHECK(left().empty());
}

TEST_CASE_FIXTURE(Cached, "several names, of which one is a path through a symbolic link") {
    std::filesystem::create_symlink(name, path("link"));
    const auto copy = path("other");
    std::filesystem::copy_file(Trial::program("cache_server"), copy);
    for (const char* file : {"second", "second.worker", "second.lost"}) path(file);
    auto [result, report] = complete_reported(
        setup({"--spare", "./link", "--spare=other", "--", "sh", "-c", "./" + name + " server; ./other second"}));
    CHECK(serves());
    CHECK(serves("second"));
    CHECK(result.err.empty());
    CHECK(report["spared"].size() == 4);
}

TEST_CASE_FIXTURE(Cached, "a path that is another file with the same name spares nothing") {
    std::filesystem::create_directory(path("bin"));
    const auto result = run({"--spare", "bin/" + name, "--", "./" + name, "server"});
    CHECK(contains(result.err, "netrunner: ended 3 orphans: "));
}

TEST_CASE_FIXTURE(Cached, "a program that was replaced while it runs keeps its path") {
    complete(setup({"--spare", "./" + name, "--", "sh", "-c", "./" + name + " server; rm " + name}));
    CHECK(only_the_server_is_left());
}

TEST_CASE_FIXTURE(Cached, "a script has the name of its file") {
    std::ofstream(path("build-daemon")) << "#!/usr/bin/env -S sh -e\n: >up\nsleep 100\n";
    std::filesystem::permissions(path("build-daemon"), std::filesystem::perms::all);
    path("up");
    auto [result, report] = complete_reported(
        setup({"--spare", "build-daemon", "--", "sh", "-c",
               "setsid ./build-daemon >/dev/null 2>&1 & while ! [ -e up ]; do sleep 0.01; done; sleep 100 & exit 0"}));
    REQUIRE(report["spared"].size() == 1);
    CHECK(contains(report["spared"][0]["command"].get<std::string>(), "build-daemon"));
    CHECK(report["orphans"].size() == 1);
    CHECK(wait_until([&] { return left().size() == 2; }));  // the script and its child
}

TEST_CASE_FIXTURE(Cached, "a time limit ends the clients, but not the daemon") {
    auto [result, report] =
        complete_reported(setup({"--spare", name, "-t", "1", "--", "sh", "-c", "./" + name + " server stay; :"}));
    CHECK(result.ending == exit_code(124));
    CHECK(only_the_server_is_left());
    CHECK(report["reason"] == "timeout");
    CHECK(report["spared"][0]["pid"] == server());
    CHECK_WALL(result, 1000, 4000);
}

TEST_CASE_FIXTURE(Cached, "a time limit ends clients in a session of their own whose leader lives") {
    auto process = start_reported(setup({"--spare", name, "-k", "300ms", "-t", "1", "--", "sh", "-c",
                                         "setsid sh -c './" + name + " server stay; :' & wait; exit 1"}));
    const auto result = process.finish();
    CHECK(result.ending == exit_code(124));
    CHECK(only_the_server_is_left());
}

TEST_CASE_FIXTURE(Cached, "a stop from outside leaves the daemon, also a stop that climbs to SIGKILL") {
    auto process = start_reported(
        setup({"--spare", name, "-k", "300ms", "--", "sh", "-c",
               "trap '' TERM; ./" + name + " server; \"$PROGRAMS/ignore_signals\" up 15 & sleep 60; wait"}));
    path("up");
    ready(process, path("server"));
    ready(process, path("up"));
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(only_the_server_is_left());
    CHECK(report_of(process)["spared"][0]["pid"] == server());
    CHECK(report_of(process)["stop"]["steps"].size() == 2);
}

TEST_CASE_FIXTURE(Cached, "netrunner is killed: the daemon stays, everything else is ended") {
    auto process = start(setup({"--spare", name, "-k", "300ms", "--", "sh", "-c",
                                "trap '' TERM; ./" + name + " server; sleep 60 & setsid sleep 61 & wait; wait"}));
    ready(process, path("server"));
    process.signal(SIGKILL);
    process.finish();
    CHECK(wait_until([&] { return left().size() == 3; }, grace + 5s));
    CHECK(serves());
}

TEST_CASE_FIXTURE(Cached, "the shepherd is killed: the daemon stays, everything else is ended") {
    auto process = start_reported(setup({"--spare", name, "-k", "300ms", "--", "sh", "-c",
                                         "./" + name + " server; sleep 60 & setsid sleep 61 & wait"}));
    ready(process, path("server"));
    ::kill(shepherd_of(process), SIGKILL);
    CHECK(process.finish().ending == exit_code(125));
    CHECK(only_the_server_is_left());
    CHECK(report_of(process)["spared"][0]["pid"] == server());
}

TEST_CASE_FIXTURE(Cached, "the guard is killed: netrunner ends everything but the daemon, and reports it") {
    auto process = start_reported(setup({"--spare", name, "-k", "300ms", "--", "sh", "-c",
                                         "./" + name + " server; sleep 60 & setsid sleep 61 & wait"}));
    ready(process, path("server"));
    ::kill(children_of(shepherd_of(process)).at(0), SIGKILL);
    CHECK(process.finish().ending == exit_code(125));
    CHECK(only_the_server_is_left());
    CHECK(report_of(process)["spared"][0]["pid"] == server());
}

TEST_CASE_FIXTURE(Cached, "netrunner and the guard are killed: the shepherd ends everything but the daemon") {
    auto process = start(setup({"--spare", name, "-k", "300ms", "--", "sh", "-c",
                                "./" + name + " server; sleep 60 & setsid sleep 61 & wait"}));
    ready(process, path("server"));
    const pid_t guard = children_of(shepherd_of(process)).at(0);
    process.signal(SIGKILL);
    ::kill(guard, SIGKILL);
    process.finish();
    CHECK(only_the_server_is_left());
}

TEST_CASE_FIXTURE(Cached, "on a pseudo-terminal the daemon is left, and an orphan of the command's session, too") {
    auto [result, report] = complete_reported(setup({"--pty", "--spare", name, "--spare", "sleep", "--", "sh", "-c",
                                                     "sleep 100 & ./" + name + " server; echo done"}));
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.out, "done"));
    CHECK(report["spared"].size() == 3);
    CHECK(serves());
    // The hang-up of the terminal would come within this time.
    CHECK(!wait_until([&] { return left().size() != 4; }, 300ms));
}

TEST_CASE_FIXTURE(Cached, "an orphan in the command's session is spared if the command ended by itself") {
    auto [result, report] = complete_reported(setup({"--spare", "sleep", "--", "sh", "-c", "sleep 100 & exit 5"}));
    CHECK(result.ending == exit_code(5));
    CHECK(report["spared"].size() == 1);
    CHECK(result.left.size() == 1);
}

TEST_CASE_FIXTURE(Cached, "a limit ends a process in the command's session, whatever its name") {
    const auto result = run({"--spare", "sleep", "-t", "300ms", "--", "sh", "-c", "sleep 100 & sleep 101; wait"});
    CHECK(result.ending == exit_code(124));
}

TEST_CASE_FIXTURE(Cached, "with --orphans wait the run waits for the others only") {
    const auto done = path("done");
    auto [result, report] =
        complete_reported(setup({"--orphans", "wait", "--spare", name, "--", "sh", "-c",
                                 "./" + name + " server; setsid sh -c 'sleep 0.7; touch done' & exit 1"}));
    CHECK(result.ending == exit_code(1));
    CHECK_WALL(result, 700, 4000);
    CHECK(std::filesystem::exists(done));
    CHECK(only_the_server_is_left());
    CHECK(report["spared"].size() == 2);
}

TEST_CASE_FIXTURE(Cached, "an orphan that becomes a named program during the stop is left") {
    auto [result, report] =
        complete_reported(setup({"--spare", "sleep", "-k", "20s", "--", "sh", "-c",
                                 "sh -c 'trap \"exec sleep 100\" TERM; : >up; while :; do :; done' & "
                                 "while ! [ -e up ]; do :; done; exit 6"}));
    path("up");
    CHECK(result.ending == exit_code(6));
    CHECK(report["spared"].size() == 1);
    CHECK(report["spared"][0]["command"] == "sleep 100");
    CHECK_WALL(result, 0, 10000);
}

TEST_CASE_FIXTURE(Cached, "what a nested run leaves is the outer run's to spare") {
    const std::vector<std::string> inner{netrunner(), "run", "--spare", name, "--", "./" + name, "server"};
    std::vector<std::string> ended{"--"};
    ended.insert(ended.end(), inner.begin(), inner.end());
    const auto result = run(ended);
    CHECK(contains(result.err, "netrunner: ended 3 orphans: "));
    CHECK(left().empty());
    for (const char* file : {"server", "server.worker", "server.lost"}) std::filesystem::remove(path(file));
    std::vector<std::string> spared{"--spare", name, "--"};
    spared.insert(spared.end(), inner.begin(), inner.end());
    complete(setup(spared));
    CHECK(only_the_server_is_left());
}

TEST_CASE_FIXTURE(Cached, "-v and --summary name what is left") {
    const auto result = complete(setup({"-v", "--summary", "--spare", name, "--", "./" + name, "server", "close"}));
    CHECK(contains(result.err,
                   "netrunner -v: left cache-of-compil (" + std::to_string(server()) + ") running (--spare)\n"));
    CHECK(contains(result.err, "  spared     cache-of-compil ("));
    CHECK(contains(result.err, ") left running"));
}

TEST_CASE_FIXTURE(Cached, "an attempt's daemon outlives the next attempts and is in the report") {
    auto [result, report] =
        complete_reported(setup({"--spare", name, "--retries", "1", "--retry-delay", "0", "--", "sh", "-c",
                                 "test -e server && exit 0; sleep 100 & ./" + name + " server; exit 1"}));
    CHECK(result.ending == exit_code(0));
    CHECK(report["attempts"].size() == 2);
    CHECK(report["spared"].size() == 2);
    CHECK(only_the_server_is_left());
}

TEST_CASE_FIXTURE(Grouped, "in a control group the daemon is moved out, and the group is removed") {
    if (!groups) return;
    auto [result, report] = complete_reported(
        setup(in_group({"sh", "-c", "sleep 100 & setsid sleep 101 & ./" + name + " server; exit 3"})));
    CHECK(result.ending == exit_code(3));
    CHECK(result.err.find("netrunner: ended 2 orphans: sleep (") == 0);
    CHECK(report["spared"].size() == 2);
    CHECK(only_the_server_is_left());
    CHECK(groups.is_empty());
    CHECK(read_text("/proc/" + std::to_string(server()) + "/cgroup") == read_text("/proc/self/cgroup"));
    // The next run can have the group at once.
    CHECK(complete(setup(in_group({"true"}))).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Grouped, "in a control group SIGKILL spares the daemon, and only that") {
    if (!groups) return;
    auto process = start_reported(setup(in_group(
        {"sh", "-c", "trap '' TERM; ./" + name + " server; sh -c 'trap \"\" TERM; sleep 60; sleep 60' & wait"})));
    ready(process, path("server"));
    process.signal(SIGTERM);
    process.finish();
    CHECK(only_the_server_is_left());
    CHECK(groups.is_empty());
    CHECK(report_of(process)["stop"]["steps"].size() == 2);
}

TEST_CASE_FIXTURE(Grouped, "in a control group the daemon outlives a killed netrunner, guard or shepherd") {
    if (!groups) return;
    const bool both[]{true, false};
    int round = 0;
    for (const bool runner : both) {
        for (const bool guard : both) {
            for (const bool shepherd : both) {
                if (!(runner || guard || shepherd) || (runner && guard && shepherd)) continue;
                CAPTURE(runner);
                CAPTURE(guard);
                CAPTURE(shepherd);
                const std::string where = "server" + std::to_string(++round);
                for (const char* part : {"", ".worker", ".lost"}) path(where + part);
                auto process = start(setup(in_group(
                    {"sh", "-c", "trap '' TERM; ./" + name + " " + where + "; sleep 60 & setsid sleep 61 & wait"})));
                ready(process, path(where));
                const pid_t first = shepherd_of(process);
                const pid_t second = children_of(first).at(0);
                if (runner) process.signal(SIGKILL);
                if (guard) ::kill(second, SIGKILL);
                if (shepherd) ::kill(first, SIGKILL);
                process.finish();
                CHECK(wait_until([&] { return left(process).size() == 3; }, 5s));
                CHECK(serves(where));
                CHECK(wait_until([&] { return groups.is_empty(); }, 5s));
                end_leftovers();
            }
        }
    }
}

TEST_CASE_FIXTURE(Grouped, "a daemon that cannot be moved keeps the group") {
    if (!groups) return;
    if (::geteuid() != 0) return skip("only root can start netrunner as another user");
    groups.make("own");
    for (const char* file : {"", "cgroup.procs"}) REQUIRE(::chown(groups.path(file).c_str(), 65534, 65534) == 0);
    std::filesystem::permissions(directory(), std::filesystem::perms::all);
    Setup as_user =
        command({"/bin/sh", "-c",
                 "echo $$ >" + groups.path("own/cgroup.procs") +
                     "; exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$NR\" run --cgroup-base " +
                     groups.path() + " --cgroup x --spare " + name + " -k 300ms -- ./" + name + " server 5"});
    as_user.leaves_processes = true;
    const auto result = complete(as_user);
    CHECK(result.ending == exit_code(5));
    CHECK(result.err == "netrunner: cgroup: '" + groups.path("x") +
                            "' stays, because the processes that --spare leaves cannot be moved out of it\n");
    CHECK(only_the_server_is_left());
    CHECK(groups.members("x").size() == 3);
    end_leftovers();
    CHECK(wait_until([&] { return !groups.is_populated("x"); }));
    for (const char* group : {"x", "own"}) std::filesystem::remove(groups.path(group));
}

TEST_CASE_FIXTURE(Trial, "bad names are refused") {
    CHECK_REFUSED(run({"--spare", "", "--", "true"}), "--spare: invalid program ''");
    CHECK_REFUSED(run({"--spare", "bin/", "--", "true"}), "--spare: invalid program 'bin/'");
    CHECK_REFUSED(run({"--spare", std::string(1920, 'x'), "--", "true"}), "the limit is 1920");
    CHECK_REFUSED(run({"--pid-namespace", "--spare", "x", "--", "true"}),
                  "--spare cannot be used with --pid-namespace");
    CHECK(run({"--spare", std::string(1919, 'x'), "--", "true"}).ending == exit_code(0));
}

TEST_SUITE_END();
