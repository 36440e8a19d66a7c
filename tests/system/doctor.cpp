// `netrunner doctor`: its results are true, also for features that do not work, and it changes nothing.
// (tests/vm/guest/doctor.sh tests it in a kernel that has every feature.)
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cgroup_dir.hpp"
#include "trial.hpp"

using namespace support;

namespace {

struct DoctorTrial : Trial {
    Result ask(std::vector<std::string> words = {}, const std::string& base = "") {
        words.insert(words.begin(), {netrunner(), "doctor"});
        auto setup = command(words);
        if (!base.empty()) setup.environment["NETRUNNER_CGROUP_BASE"] = base;
        return complete(setup);
    }

    static nlohmann::json check(const Result& result, const std::string& name) {
        const auto found = nlohmann::json::parse(result.out);
        for (const auto& entry : found["checks"]) {
            if (entry["name"] == name) return entry;
        }
        FAIL("no such check: ", name);
        return {};
    }
};

}  // namespace

TEST_SUITE_BEGIN("doctor");

TEST_CASE_FIXTURE(DoctorTrial, "text and JSON have the same checks, and the status is 0 only if all are ok") {
    const auto json = ask({"--json"});
    const auto text = ask();
    const auto found = nlohmann::json::parse(json.out);
    const auto said = lines(text.out);
    // In a container the last line is about that.
    REQUIRE(said.size() == found["checks"].size() + (found["container"].is_null() ? 1 : 2));
    bool all = true;
    for (std::size_t i = 0; i < found["checks"].size(); ++i) {
        const auto& check = found["checks"][i];
        all = all && check["ok"].get<bool>();
        CHECK(begins(said[i + 1], check["ok"] == true ? "yes " : "no "));
        CHECK(contains(said[i + 1], " " + check["name"].get<std::string>() + " "));
        CHECK(said[i + 1].ends_with("  needed for " + check["needed_for"].get<std::string>() + ": " +
                                    check["detail"].get<std::string>()));
    }
    CHECK(found["ok"] == all);
    for (const auto& result : {json, text}) {
        CHECK(result.ending == exit_code(all ? 0 : 1));
        CHECK(result.err.empty());
    }
}

TEST_CASE_FIXTURE(DoctorTrial, "run and pty work here and are reported as working") {
    const auto result = ask({"--json"});
    for (const std::string name : {"run", "pty"}) CHECK(check(result, name)["ok"] == true);
}

TEST_CASE_FIXTURE(DoctorTrial, "without its shepherd, the check `run` fails") {
    const auto alone = path("alone");
    std::filesystem::create_directory(alone);
    std::filesystem::copy_file(netrunner(), alone + "/netrunner");
    auto setup = command({alone + "/netrunner", "doctor", "--json"});
    setup.environment["NETRUNNER_SHEPHERD"] = std::nullopt;
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(1));
    CHECK(check(result, "run")["ok"] == false);
    CHECK(contains(check(result, "run")["detail"], "cannot find the shepherd"));
}

TEST_CASE_FIXTURE(DoctorTrial, "a malformed base fails the check `cgroup`, and the other checks are made") {
    const auto result = ask({"--json"}, "junk");
    CHECK(result.ending == exit_code(1));
    CHECK(check(result, "cgroup")["ok"] == false);
    CHECK(contains(check(result, "cgroup")["detail"], "NETRUNNER_CGROUP_BASE: invalid base 'junk'"));
    CHECK(check(result, "run")["ok"] == true);
    check(result, "pid-namespace");
}

TEST_CASE_FIXTURE(DoctorTrial, "a group that cannot be made after the trial run's fails the check `cgroup` only") {
    CgroupDir groups;
    if (!groups) return;
    if (sanitized) return skip("the injected failure would hit the sanitizer's own calls");
    expect_strays();  // the processes of tests/programs/inject
    // The trial run is another process, so the first mkdirat(2) of the doctor itself is for the group of its second
    // look.
    auto setup = command({program("inject"), "0", "fail", std::to_string(SYS_mkdirat), std::to_string(EAGAIN), "1",
                          path("struck"), netrunner(), "doctor", "--json"});
    setup.environment["NETRUNNER_CGROUP_BASE"] = groups.path();
    const auto result = complete(setup);
    CHECK(contains(read_text(path("struck")), "hit"));
    CHECK(result.ending == exit_code(1));
    CHECK(check(result, "cgroup")["ok"] == false);
    CHECK(contains(check(result, "cgroup")["detail"], "cgroup.max.descendants"));
    CHECK(check(result, "run")["ok"] == true);
    check(result, "pid-namespace");
}

TEST_CASE_FIXTURE(DoctorTrial, "the base of control groups is tried and left unchanged") {
    CgroupDir groups;
    if (!groups) return;
    const auto result = ask({"--json"}, groups.path());
    CHECK(check(result, "cgroup")["ok"] == true);
    CHECK(contains(check(result, "cgroup")["detail"], groups.path()));
    for (const auto& entry : std::filesystem::directory_iterator(groups.path())) {
        CHECK_MESSAGE(!entry.is_directory(), "left behind: ", entry.path());
    }
    CHECK(read_text(groups.path() + "/cgroup.subtree_control").empty());
}

TEST_CASE_FIXTURE(DoctorTrial, "an invalid base is named as the reason") {
    const auto result = ask({"--json"}, "/nowhere");
    CHECK(result.ending == exit_code(1));
    CHECK(check(result, "run")["ok"] == true);
    for (const std::string name : {"cgroup", "cgroup.memory", "cgroup.io"}) {
        CHECK(check(result, name)["ok"] == false);
        CHECK(contains(check(result, name)["detail"], "'/nowhere'"));
    }
}

TEST_CASE_FIXTURE(DoctorTrial, "with --require the status speaks of the named checks only") {
    for (const std::vector<std::string>& form : {std::vector<std::string>{}, {"--json"}}) {
        auto words = form;
        words.insert(words.end(), {"--require", "run,pty"});
        const auto well = ask(words, "/nowhere");
        CHECK(well.ending == exit_code(0));
        CHECK(contains(well.out, "cgroup.memory"));
        words.insert(words.end(), {"--require", "memory"});
        CHECK(ask(words, "/nowhere").ending == exit_code(1));
    }
    CHECK(nlohmann::json::parse(ask({"--json", "--require=memory"}, "/nowhere").out)["required"] ==
          nlohmann::json{"cgroup.memory"});
}

TEST_CASE_FIXTURE(DoctorTrial, "every check can be required, and each has a line") {
    for (const std::string base : {"", "/nowhere"}) {
        const auto found = nlohmann::json::parse(ask({"--json"}, base).out);
        std::string names;
        for (const auto& entry : found["checks"]) {
            names += (names.empty() ? "" : " ") + entry["name"].get<std::string>();
        }
        CHECK(names ==
              "run proc pidfd pty cgroup cgroup.memory cgroup.pids cgroup.cpu cgroup.cpuset cgroup.io pid-namespace");
        std::ranges::replace(names, ' ', ',');
        CHECK(ask({"--require", names}, base).ending == ask({}, base).ending);
    }
}

TEST_CASE_FIXTURE(DoctorTrial, "if no process can be made, the doctor says so and ends") {
    if (sanitized) return skip(needs_more);
    if (::geteuid() != 0) return skip("changing the user needs root");
    auto setup = command({"setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups", "prlimit", "--nproc=1",
                          netrunner(), "doctor", "--json"});
    std::filesystem::permissions(directory(), std::filesystem::perms{0755});
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(1));
    for (const std::string name : {"run", "pid-namespace"}) CHECK(check(result, name)["ok"] == false);
}

TEST_CASE_FIXTURE(DoctorTrial, "unknown options and arguments are refused") {
    CHECK_REFUSED(ask({"--jsn"}), "'--jsn'");
    CHECK_REFUSED(ask({"now"}), "'now'");
    CHECK_REFUSED(ask({"--require", "memroy"}), "did you mean 'memory'?");
}

TEST_SUITE_END();
