// Shortages: too few descriptors or processes, no right to end a process. The cause is named and nothing is left half
// started. The guard waits for processes that it cannot end, and ends those that /proc hides. (docs/torture.md, T32,
// T48 and T66 to T68)
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "trial.hpp"

using namespace support;

namespace {

constexpr const char* nobody = "65534";

class ShortageTrial : public Trial {
  public:
    // Runs as a user without privileges, with copies of the programs that any user can execute.
    Setup by_nobody(std::vector<std::string> arguments) {
        const auto home = path("reachable");
        if (!std::filesystem::exists(home)) {
            std::filesystem::create_directory(home);
            std::filesystem::copy_file(netrunner(), home + "/netrunner");
            std::filesystem::copy_file(shepherd(), home + "/netrunner-shepherd");
        }
        arguments.insert(arguments.begin(),
                         {"/usr/bin/setpriv", std::string("--reuid=") + nobody, std::string("--regid=") + nobody,
                          "--clear-groups", home + "/netrunner", "run"});
        return command(std::move(arguments));
    }
    // The same below a /proc that shows other users' processes only to root (hidepid, proc(5)).
    Setup below_hidepid(int hidepid, std::vector<std::string> arguments) {
        auto setup = by_nobody(std::move(arguments));
        const auto script = "mount -t proc -o hidepid=" + std::to_string(hidepid) + " proc /proc && exec \"$@\"";
        setup.argv.insert(setup.argv.begin(), {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"});
        return setup;
    }
    // A copy of a test program that any user can execute.
    std::string reachable_program(const std::string& name) {
        const auto copy = path(name);
        std::filesystem::copy_file(program(name), copy, std::filesystem::copy_options::overwrite_existing);
        return copy;
    }
    // An empty file that any user can write.
    std::string reachable_file(const std::string& name) {
        const auto file = path(name);
        std::ofstream(file).close();
        REQUIRE(::chmod(file.c_str(), 0666) == 0);
        return file;
    }
    static bool is_root() {
        if (::geteuid() != 0) skip("changing the user needs root");
        return ::geteuid() == 0;
    }
};

}  // namespace

TEST_SUITE_BEGIN("shortage");

TEST_CASE_FIXTURE(ShortageTrial, "too few processes for this user: one line that names the limit, and 125") {
    if (sanitized) return skip(needs_more);
    if (!is_root()) return;
    int refused = 0;
    for (int limit = 1; limit <= 3; ++limit) {
        CAPTURE(limit);
        auto setup = by_nobody({"--", "/bin/true"});
        setup.argv.insert(setup.argv.begin() + 4, {"/usr/bin/prlimit", "--nproc=" + std::to_string(limit)});
        const auto result = complete(setup);
        CAPTURE(result.err);
        if (result.ending == exit_code(0)) continue;
        ++refused;
        CHECK_REFUSED(result, ", since the limit of this user's processes (RLIMIT_NPROC) is reached (");
    }
    CHECK(refused > 0);
}

TEST_CASE_FIXTURE(ShortageTrial, "too few open files: the limit is named") {
    if (sanitized) return skip(needs_more);
    int named = 0;
    for (int limit = 4; limit <= 30; ++limit) {
        auto setup = runner({"--", "sh", "-c", "exit 9"});
        setup.argv.insert(setup.argv.begin(), {"/usr/bin/prlimit", "--nofile=" + std::to_string(limit)});
        const auto result = complete(setup);
        if (contains(result.err, "(RLIMIT_NOFILE) is reached (" + std::to_string(limit) + ")")) ++named;
    }
    CHECK(named > 0);
}

TEST_CASE_FIXTURE(ShortageTrial, "a run that could start with few open files can also be ended") {
    if (sanitized) return skip(needs_more);
    int begun = 0;
    for (int limit = 8; limit <= 30; ++limit) {
        CAPTURE(limit);
        auto setup =
            runner({"-q", "-t", "300ms", "-k", "100ms", "--", "sh", "-c", "trap '' TERM; setsid sleep 60 & wait"});
        setup.argv.insert(setup.argv.begin(), {"/usr/bin/prlimit", "--nofile=" + std::to_string(limit)});
        const auto result = complete(setup);
        CHECK((result.ending == exit_code(124) || result.ending == exit_code(125)));
        if (result.ending == exit_code(124)) ++begun;
        if (begun == 3) break;  // a higher limit only makes it easier
    }
    CHECK(begun > 0);
}

TEST_CASE_FIXTURE(ShortageTrial, "a process that cannot be ended is named, and the guard waits for it") {
    if (sanitized) return skip(needs_more);
    if (!is_root()) return;
    expect_strays();
    const auto copy = path("become_root");
    std::filesystem::copy_file(program("become_root"), copy);
    REQUIRE(::chmod(copy.c_str(), 04755) == 0);
    const auto where = path("root");
    auto setup = by_nobody({"-t", "300ms", "-k", "100ms", "--", copy, where});
    setup.leaves_processes = true;
    auto process = start(setup);
    const pid_t stubborn = ready(process, where);
    const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
    const pid_t guard = child_running(shepherd, "netrunner-shepherd");
    REQUIRE(guard > 0);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 3s, 6s);
    CHECK(contains(result.err, "cannot end "));
    CHECK(contains(result.err, "(" + std::to_string(stubborn) + "), which is in state S"));
    CHECK(is_running(stubborn));
    CHECK(is_running(shepherd));
    CHECK(is_running(guard));
    ::kill(stubborn, SIGKILL);
    CHECK(wait_until([&] { return !is_running(guard) && !is_running(shepherd); }, 3s));
}

TEST_CASE_FIXTURE(ShortageTrial, "an orphan that netrunner may not signal is a survivor, and is not told as ended") {
    if (sanitized || !is_root()) return;
    expect_strays();
    const auto where = reachable_file("where");
    const auto script = "setpriv --reuid=65534 \"$PROGRAMS/ignore_signals\" " + where + " & until [ -s " + where +
                        " ]; do sleep 0.02; done";
    const auto file = path("report.json");
    auto setup = runner({"--report", file, "-k", "100ms", "--", "sh", "-c", script});
    setup.argv.insert(setup.argv.begin(), {"/usr/bin/setpriv", "--bounding-set=-kill", "--inh-caps=-kill"});
    setup.leaves_processes = true;
    auto process = start(setup);
    const pid_t stubborn = ready(process, where);
    const auto result = process.finish();
    CHECK_WALL(result, 3s, 6s);
    CHECK(!contains(result.err, "ended "));
    CHECK(contains(result.err, "(" + std::to_string(stubborn) + "), which is in state S"));
    const auto report = report_at(file);
    CHECK(report["orphans"].empty());
    REQUIRE(report["survivors"].size() == 1);
    CHECK(report["survivors"][0]["pid"] == stubborn);
    ::kill(stubborn, SIGKILL);
    CHECK(wait_until([&] { return left(process).empty(); }, 3s));
}

TEST_CASE_FIXTURE(ShortageTrial, "an orphan that /proc hides is ended") {
    if (sanitized || !is_root()) return;
    for (const int hidepid : {1, 2}) {
        CAPTURE(hidepid);
        const auto where = reachable_file("where" + std::to_string(hidepid));
        const auto copy = reachable_program("hide");
        auto process = start(below_hidepid(
            hidepid, {"-t", "9s", "-k", "1s", "--", "sh", "-c",
                      copy + " " + where + " & until [ -s " + where + " ]; do sleep 0.02; done; exit 3"}));
        const pid_t hidden = ready(process, where);
        const auto result = process.finish();
        CHECK(result.ending == exit_code(3));
        CHECK_WALL(result, 0s, 4s);
        CHECK(contains(result.err, "ended 1 orphan: unknown process (" + std::to_string(hidden) + ")"));
        CHECK(!is_running(hidden));
    }
}

TEST_CASE_FIXTURE(ShortageTrial, "a process that /proc hides and that may not be signalled is told, and the run ends") {
    if (sanitized || !is_root()) return;
    expect_strays();
    const auto copy = reachable_program("become_root");
    REQUIRE(::chmod(copy.c_str(), 04755) == 0);
    for (const int hidepid : {1, 2}) {
        CAPTURE(hidepid);
        const auto number = std::to_string(hidepid);
        const auto where = reachable_file("root" + number);
        const auto open = path("open" + number);
        std::filesystem::create_directory(open);
        REQUIRE(::chmod(open.c_str(), 0777) == 0);
        const auto report = open + "/report.json";
        auto setup = below_hidepid(hidepid, {"--report", report, "-t", "1s", "-k", "100ms", "--", "sh", "-c",
                                             copy + " " + where + " & exec sleep 60"});
        setup.leaves_processes = true;
        auto process = start(setup);
        const pid_t stubborn = ready(process, where);
        const auto result = process.finish();
        CHECK(result.ending == exit_code(124));
        CHECK_WALL(result, 3s, 8s);
        CHECK(contains(result.err,
                       "cannot end process " + std::to_string(stubborn) + ", which /proc does not show (hidepid)"));
        const auto told = report_at(report);
        REQUIRE(told["survivors"].size() == 1);
        CHECK(told["survivors"][0]["pid"] == stubborn);
        CHECK(told["survivors"][0]["state"].is_null());
        CHECK(told["survivors"][0]["command"].is_null());
        ::kill(stubborn, SIGKILL);
        CHECK(wait_until([&] { return left(process).empty(); }, 3s));
    }
}

TEST_CASE_FIXTURE(ShortageTrial,
                  "at the limit of open files a signal still reaches the group after the command's end") {
    const auto log = path("log");
    auto process =
        start(runner({"--orphans", "wait", "--", "sh", "-c", "\"$PROGRAMS/log_signals\" " + log + " 29 & :"}));
    const pid_t orphan = ready(process, log);
    const pid_t guard = child_running(child_running(process.pid(), "netrunner-shepherd"), "netrunner-shepherd");
    REQUIRE(guard > 0);
    CHECK(wait_until([&] { return children_of(guard) == std::vector<pid_t>{orphan}; }));
    // The walk needs three descriptors. Leave two.
    const auto used = descriptors_of(guard);
    rlim_t most = 0;
    for (int free = 0; free <= 2; ++most) free += used.contains(static_cast<int>(most)) ? 0 : 1;
    const rlimit limit{most - 1, most - 1};
    REQUIRE(::prlimit(guard, RLIMIT_NOFILE, &limit, nullptr) == 0);
    for (int times = 1; times <= 2; ++times) {
        process.signal(SIGWINCH);
        process.wait_for("WINCH in the log", [&] {
            const auto seen = lines(read_text(log));
            return std::ranges::count(seen, "28") == times;
        });
    }
    ::kill(orphan, SIGIO);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_SUITE_END();
