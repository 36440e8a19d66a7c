// User, group and supplementary groups: exactly as asked, in the order that the kernel requires, or 125 and nothing
// changed.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "trial.hpp"

using namespace support;

namespace {

bool can_change_user() {
    if (::geteuid() == 0) return true;
    skip("changing the user needs root");
    return false;
}

// A copy of both programs that any user can execute.
std::string reachable_copy(Trial& trial) {
    const auto home = trial.path("reachable");
    std::filesystem::create_directory(home);
    std::filesystem::copy_file(Trial::netrunner(), home + "/netrunner");
    std::filesystem::copy_file(Trial::shepherd(), home + "/netrunner-shepherd");
    return home + "/netrunner";
}

}  // namespace

TEST_SUITE_BEGIN("identity");

TEST_CASE_FIXTURE(Trial, "a user name sets the user's group and supplementary groups") {
    if (!can_change_user()) return;
    const auto direct = complete(
        command({"/usr/bin/setpriv", "--reuid", "nobody", "--regid", "nogroup", "--init-groups", "/usr/bin/id"}));
    REQUIRE(direct.ending == exit_code(0));
    CHECK(run({"--uid", "nobody", "--", "/usr/bin/id"}).out == direct.out);
    CHECK(run({"--uid", "65534", "--", "/usr/bin/id", "-u"}).out == "65534\n");
}

TEST_CASE_FIXTURE(Trial, "real, effective and saved ids are all changed") {
    if (!can_change_user()) return;
    const auto text = run({"--uid", "nobody", "--", "grep", "-E", "^[UG]id", "/proc/self/status"}).out;
    CHECK(text == "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\n");
    CHECK(contains(run({"--uid", "nobody", "--", "grep", "CapEff", "/proc/self/status"}).out, "0000000000000000"));
}

TEST_CASE_FIXTURE(Trial, "the group and the supplementary groups can be chosen") {
    if (!can_change_user()) return;
    CHECK(run({"--gid", "daemon", "--", "id", "-g"}).out == "1\n");
    CHECK(run({"--uid", "nobody", "--gid", "3", "--groups", "1,2", "--", "id", "-G"}).out == "3 1 2\n");
    CHECK(run({"--uid", "nobody", "--gid", "3", "--groups", "daemon,bin", "--", "id", "-u"}).out == "65534\n");
}

TEST_CASE_FIXTURE(Trial, "unknown or impossible names are refused") {
    for (const std::string option : {"--uid", "--gid", "--groups"}) {
        for (const std::string name : {"no-such-name", "-1", "4294967295", "99999999999", "", "1x"}) {
            CAPTURE(option);
            CAPTURE(name);
            if (option == "--groups" && name.empty()) continue;  // an empty list means no groups
            const auto result = run({option + "=" + name, "--", "touch", directory() + "/started"});
            CHECK_REFUSED(result, "'" + name + "'");
        }
    }
}

TEST_CASE_FIXTURE(Trial, "a user without the right to change ids is refused, and nothing is started") {
    if (!can_change_user()) return;
    const auto copy = reachable_copy(*this);
    for (const std::vector<std::string>& options : {std::vector<std::string>{"--uid", "root"},
                                                    {"--gid", "0"},
                                                    {"--groups", "0"},
                                                    {"--nice", "-5"},
                                                    {"--rlimit", "nofile=1000000000:1000000000"}}) {
        CAPTURE(options[0]);
        auto setup = runner({"--uid", "nobody", "--rlimit", "nofile=1000:1000", "--", copy, "run"});
        setup.argv.insert(setup.argv.end(), options.begin(), options.end());
        setup.argv.insert(setup.argv.end(), {"--", "echo", "started"});
        CHECK_REFUSED(complete(setup), "");
    }
}

TEST_CASE_FIXTURE(Trial, "a command that runs as another user is stopped, too") {
    if (!can_change_user()) return;
    const auto result = run({"--uid", "nobody", "-t", "300ms", "-k", "300ms", "--", "sh", "-c",
                             "trap '' TERM; setsid sleep 60 & while :; do sleep 1; done"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 600, 4000);
}

TEST_CASE_FIXTURE(Trial, "netrunner works for an ordinary user") {
    if (!can_change_user()) return;
    const auto copy = reachable_copy(*this);
    const auto result = run({"--uid", "nobody", "--", copy, "run", "-t", "5", "--", "sh", "-c", "id -u; exit 3"});
    CHECK(result.out == "65534\n");
    CHECK(result.ending == exit_code(3));
}

TEST_CASE_FIXTURE(Trial, "with --uid the command can open its pipes by their paths") {
    if (!can_change_user()) return;
    auto setup = runner({"--uid", "65534", "--stdin", "pipe", "--", "sh", "-c",
                         "cat </dev/stdin; echo out >/dev/stdout; echo err >/dev/stderr"});
    setup.in = piped();
    setup.input = "in\n";
    const auto result = complete(setup);
    CHECK(result.out == "in\nout\n");
    CHECK(result.err == "err\n");
}

TEST_SUITE_END();
