#include <doctest/doctest.h>

#include "src/cgroup/plan.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Names = std::vector<std::string>;

template <class Parse>
std::string complaint(Parse parse) {
    try {
        parse();
    } catch (const std::exception& wrong) {
        return wrong.what();
    }
    return "accepted";
}

std::string path_complaint(const std::string& path) {
    return complaint([&] { plan_cgroup({.path = path}, {}); });
}

CgroupSetting set(std::string file, std::string value, std::string option = "--x") {
    return {.file = std::move(file), .value = std::move(value), .option = std::move(option)};
}

std::string value_of(const CgroupPlan& plan, const std::string& file) {
    for (const CgroupSetting& setting : plan.settings) {
        if (setting.file == file) return setting.value;
    }
    return "not set";
}

}  // namespace

TEST_SUITE_BEGIN("cgroup_plan");

TEST_CASE("a group is only made if it is asked for") {
    CHECK(!plan_cgroup({}, "root"));
    CHECK(plan_cgroup({.path = "x"}, {}));
    CHECK(plan_cgroup({.settings = {set("pids.max", "1")}}, {}));
    CHECK(complaint([] { plan_cgroup({.base = "root"}, {}); }) == "--cgroup-base needs --cgroup or a limit");
}

TEST_CASE("a malformed base of the environment is refused where it is used, and named") {
    CHECK(complaint([] { plan_cgroup({.path = "x"}, "junk"); }) ==
          "NETRUNNER_CGROUP_BASE: invalid base 'junk': expected root, self or an absolute directory");
    CHECK(complaint([] { check_environment_base("slf"); }).starts_with("NETRUNNER_CGROUP_BASE: invalid base 'slf'"));
    CHECK(!plan_cgroup({}, "junk"));
    CHECK(plan_cgroup({.path = "x", .base = "/base"}, "junk"));
    CHECK(complaint([] { check_environment_base({}); }) == "accepted");
}

TEST_CASE("a path is cut at its slashes; without a last name, or without a path, a name is generated") {
    CHECK(plan_cgroup({.path = "build/x"}, {})->components == Names{"build", "x"});
    CHECK(!plan_cgroup({.path = "build/x"}, {})->unique);
    CHECK(plan_cgroup({.path = "build/"}, {})->components == Names{"build"});
    CHECK(plan_cgroup({.path = "build/"}, {})->unique);
    CHECK(plan_cgroup({.settings = {set("pids.max", "1")}}, {})->unique);
    CHECK(plan_cgroup({.path = "a b/\xc3\xa4"}, {})->components == Names{"a b", "\xc3\xa4"});
    CHECK(plan_cgroup({.path = std::string(255, 'x')}, {}));
}

TEST_CASE("paths that lead elsewhere, or into the kernel's names, are refused") {
    for (const std::string path : {"", "/x", "..", "a/../b", ".", "a//b", "a\nb", "cgroup.x", "a/memory.max"}) {
        CHECK_MESSAGE(path_complaint(path).starts_with("invalid group"), path);
    }
    CHECK(path_complaint(std::string(256, 'x')).starts_with("invalid group"));
}

TEST_CASE("the base is the option's, else the environment's, else left open") {
    CHECK(plan_cgroup({.path = "x", .base = "self"}, "root")->base == "self");
    CHECK(plan_cgroup({.path = "x"}, "/sys/fs/cgroup/y")->base == "/sys/fs/cgroup/y");
    CHECK(!plan_cgroup({.path = "x"}, {})->base);
    CHECK(!plan_cgroup({.path = "x"}, "")->base);
    CHECK(complaint([] { plan_cgroup({.path = "x", .base = "here"}, {}); }).starts_with("invalid base 'here'"));
}

TEST_CASE("a memory limit also forbids swap and covers the whole group, unless asked otherwise") {
    const auto plan = plan_cgroup({.settings = {set("memory.max", "4096")}}, {});
    CHECK(value_of(*plan, "memory.swap.max") == "0");
    CHECK(value_of(*plan, "memory.oom.group") == "1");
    const auto own = plan_cgroup(
        {.settings = {set("memory.swap.max", "8192"), set("memory.max", "4096"), set("memory.oom.group", "0")}}, {});
    CHECK(value_of(*own, "memory.swap.max") == "8192");
    CHECK(value_of(*own, "memory.oom.group") == "0");
    const auto none = plan_cgroup({.settings = {set("memory.max", "max")}}, {});
    CHECK(value_of(*none, "memory.swap.max") == "not set");
}

TEST_CASE("the last setting of a file counts") {
    const auto plan =
        plan_cgroup({.settings = {set("pids.max", "1"), set("cpu.weight", "2"), set("pids.max", "3")}}, {});
    CHECK(plan->settings.size() == 2);
    CHECK(value_of(*plan, "pids.max") == "3");
}

TEST_CASE("disks are limited one by one") {
    const auto plan = plan_cgroup(
        {.settings = {set("io.max", "8:0 wbps=1"), set("io.max", "8:16 wbps=2"), set("io.max", "8:0 wbps=3")}}, {});
    // A later line for a disk does not reset the limits that it does not name, so all lines are kept.
    REQUIRE(plan->settings.size() == 3);
    CHECK(plan->settings[2].value == "8:0 wbps=3");
    CHECK(io_value("8:0 riops=5000000000") == "8:0 riops=max");
}

TEST_CASE("a file's controller is its prefix, except for the files that every group has") {
    CHECK(controller_of("memory.max") == "memory");
    CHECK(controller_of("cpuset.cpus") == "cpuset");
    CHECK(controller_of("hugetlb.2MB.max") == "hugetlb");
    CHECK(!controller_of("cgroup.max.depth"));
    CHECK(!controller_of("memory.pressure"));
}

TEST_CASE("values are written in the kernel's format") {
    CHECK(memory_value("512M") == "536870912");
    CHECK(memory_value("1.5K") == "1536");
    CHECK(memory_value("infinity") == "max");
    CHECK(pids_value("100") == "100");
    CHECK(pids_value("max") == "max");
    CHECK(cpu_value("1.5") == "150000 100000");
    CHECK(cpu_value("150%") == "150000 100000");
    CHECK(cpu_value("0.01") == "1000 100000");
    CHECK(cpu_value("0.005") == "5000 1000000");
    CHECK(cpu_value("max") == "max 100000");
    CHECK(weight_value("10000") == "10000");
    CHECK(cpuset_value("0-3,8") == "0-3,8");
    CHECK(io_value("8:0 wbps=1M riops=max") == "8:0 wbps=1048576 riops=max");
    CHECK(io_value("/dev/vda,rbps=10,wiops=5") == "/dev/vda rbps=10 wiops=5");
}

TEST_CASE("values out of range are refused with what was expected") {
    for (const char* text : {"", "-1", "4194305", "5x"}) CHECK(complaint([&] { pids_value(text); }) != "accepted");
    for (const char* text : {"", "0", "-1", "0.0001", "x", "nan", "inf", "1e3", "%", "1.5 "})
        CHECK_MESSAGE(complaint([&] { cpu_value(text); }).starts_with("invalid share"), text);
    for (const char* text : {"", "0", "10001", "1.5"}) CHECK(complaint([&] { weight_value(text); }) != "accepted");
    for (const char* text : {"", "a", "0-", ",1", "-1"}) CHECK(complaint([&] { cpuset_value(text); }) != "accepted");
    for (const char* text : {"", "8:0", "8:0 foo=1", "8:0 wbps", "8:0 wbps=0", "8:0 riops=1K"})
        CHECK_MESSAGE(complaint([&] { io_value(text); }) != "accepted", text);
}

TEST_CASE("any other file can be set, but not files such as cgroup.procs and cgroup.kill") {
    const CgroupSetting setting = setting_value("memory.low=1M");
    CHECK(setting.file == "memory.low");
    CHECK(setting.value == "1M");
    CHECK(!setting.checked);
    CHECK(setting_value("cpuset.cpus=").value.empty());
    CHECK(setting_value("cgroup.max.depth=3").file == "cgroup.max.depth");
    for (const char* text :
         {"", "memory.low", "=1", "../x=1", "a/b.c=1", "memory=1", ".x=1", "cgroup.procs=0", "cgroup.kill=1"})
        CHECK_MESSAGE(complaint([&] { setting_value(text); }).starts_with("invalid setting"), text);
}

TEST_SUITE_END();
