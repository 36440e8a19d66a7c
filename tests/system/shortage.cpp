// Shortages: too few descriptors or processes, no right to end a process. The cause is named and nothing is left half
// started. The guard waits for processes that it cannot end. (docs/torture.md, T32, T48 and T66 to T68)
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

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

TEST_SUITE_END();
