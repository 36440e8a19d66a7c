#include <doctest/doctest.h>

#include "src/cgroup/mount.hpp"

using namespace netrunner;

namespace {

constexpr const char* hybrid =
    "29 23 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,size=4096k\n"
    "30 29 0:27 / /sys/fs/cgroup/unified rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
    "31 29 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
constexpr const char* controllers =
    "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
    "cpuset\t3\t1\t1\nmemory\t4\t12\t1\npids\t0\t1\t1\nrdma\t0\t1\t0\n";

CgroupView view(std::vector<CgroupMount> mounts, std::string own) {
    return {.mounts = std::move(mounts), .own = std::move(own)};
}

}  // namespace

TEST_SUITE_BEGIN("cgroup_mount");

TEST_CASE("the v2 mount is found among the others, wherever it is") {
    const auto mounts = parse_mountinfo(hybrid);
    REQUIRE(mounts.size() == 1);
    CHECK(mounts[0].point == "/sys/fs/cgroup/unified");
    CHECK(mounts[0].root == "/");
    CHECK(!mounts[0].read_only);
    CHECK(parse_mountinfo("").empty());
    CHECK(parse_mountinfo("30 29 0:27 / /x rw\n").empty());
}

TEST_CASE("a mount is read-only by its own flag or by its file system's") {
    CHECK(parse_mountinfo("1 2 0:3 / /c ro,nosuid - cgroup2 c rw").front().read_only);
    CHECK(parse_mountinfo("1 2 0:3 / /c rw - cgroup2 c ro,nsdelegate").front().read_only);
    CHECK(!parse_mountinfo("1 2 0:3 / /c rw,rootfs - cgroup2 c rw,room").front().read_only);
}

TEST_CASE("a mount that is hidden by another on the same directory does not count") {
    const auto mounts = parse_mountinfo("1 2 0:3 / /c rw - cgroup2 c rw\n2 2 0:3 /part /c rw - cgroup2 c rw\n");
    REQUIRE(mounts.size() == 1);
    CHECK(mounts[0].root == "/part");
    CHECK(parse_mountinfo("1 2 0:3 / /c rw - cgroup2 c rw\n2 2 0:4 / /c rw - tmpfs t rw\n").empty());
}

TEST_CASE("names with blanks come back without escapes") {
    const auto mounts = parse_mountinfo("1 2 0:3 /a\\040b /mnt/c\\134d\\011 rw - cgroup2 c rw");
    REQUIRE(mounts.size() == 1);
    CHECK(mounts[0].root == "/a b");
    CHECK(mounts[0].point == "/mnt/c\\d\t");
}

TEST_CASE("the own group is the line without a hierarchy") {
    CHECK(parse_own_group("4:memory:/x\n0::/user.slice/a\n") == "/user.slice/a");
    CHECK(parse_own_group("0::/gone (deleted)\n") == "/gone");
    CHECK(!parse_own_group("4:memory:/x\n"));
}

TEST_CASE("controllers that version 1 has, or that are switched off, are recognised") {
    CHECK(parse_v1_hierarchy(controllers, "memory") == 4);
    CHECK(parse_v1_hierarchy(controllers, "pids") == 0);
    CHECK(parse_v1_hierarchy(controllers, "io") == 0);
    CHECK(is_switched_off(controllers, "rdma"));
    CHECK(!is_switched_off(controllers, "pids"));
    CHECK(!is_switched_off(controllers, "io"));
}

TEST_CASE("the chosen mount has the own group in it, and is writable if possible") {
    const CgroupMount all{"/c", "/", false};
    const CgroupMount closed{"/r", "/", true};
    const CgroupMount part{"/p", "/job", false};
    CHECK(choose_mount(view({closed, all}, "/x"))->point == "/c");
    CHECK(choose_mount(view({closed}, "/x"))->point == "/r");
    CHECK(choose_mount(view({part}, "/x")) == nullptr);
    CHECK(choose_mount(view({part}, "/jobs")) == nullptr);
    CHECK(choose_mount(view({part}, "/job/1"))->point == "/p");
    CHECK(choose_mount(view({{"/o", "/../..", false}}, "/x")) == nullptr);
    CHECK(choose_mount(view({}, "/")) == nullptr);
}

TEST_CASE("the own directory is the mount point and the path below the mount's root") {
    CHECK(own_directory(view({}, "/"), {"/c", "/", false}) == "/c");
    CHECK(own_directory(view({}, "/a/b"), {"/c", "/", false}) == "/c/a/b");
    CHECK(own_directory(view({}, "/a/b"), {"/c", "/a", false}) == "/c/b");
    CHECK(own_directory(view({}, "/a"), {"/c", "/a", false}) == "/c");
    CHECK(!own_directory(view({}, "/b"), {"/c", "/a", false}));
}

TEST_SUITE_END();
