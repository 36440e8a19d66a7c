#include "src/cgroup/kills_above.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace netrunner;

namespace {

/// A folder that stands for a cgroup2 mount, removed at the end.
class Mount {
  public:
    Mount() {
        std::string name = std::filesystem::temp_directory_path() / "netrunner-kills-above-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
        std::filesystem::create_directories(folder_ / "pod/step/run");
    }
    ~Mount() { std::filesystem::remove_all(folder_); }
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    void write(const std::string& group, int kills) const {
        std::ofstream(folder_ / group / "memory.events")
            << "low 0\noom 9\noom_kill " << kills << "\noom_group_kill 0\n";
    }
    std::string path(const std::string& group) const { return group.empty() ? folder_ : folder_ / group; }

  private:
    std::filesystem::path folder_;
};

}  // namespace

TEST_SUITE_BEGIN("kills_above");

TEST_CASE("the nearest group with a count is the one that is read, and only what is new counts") {
    const Mount mount;
    mount.write("pod", 3);
    const KillsAbove outer("4:memory:/x\n0::/pod/step\n", {"/nowhere", mount.path("")});
    mount.write("pod/step", 7);
    const KillsAbove inner("0::/pod/step\n", {mount.path("")});
    CHECK(outer.killed("", 0) == 0);
    mount.write("pod", 5);
    mount.write("pod/step", 8);
    CHECK(outer.killed("", 0) == 2);
    CHECK(inner.killed("", 0) == 1);
    mount.write("pod", 0);
    CHECK(outer.killed("", 0) == 0);
}

TEST_CASE("what the group of the run counts itself is left out if that is an inner group") {
    const Mount mount;
    mount.write("pod", 0);
    const KillsAbove around("0::/pod\n", {mount.path("")});
    mount.write("pod", 3);
    CHECK(around.killed(mount.path("pod/step/run"), 2) == 1);
    CHECK(around.killed(mount.path("pod/step/run"), 4) == 0);
    CHECK(around.killed(mount.path("other"), 2) == 3);
}

TEST_CASE("the jobs of a batch share one counter, and each begins at its own count") {
    const Mount mount;
    mount.write("pod", 2);
    const KillsAbove around("0::/pod\n", {mount.path("")});
    const auto first = around.count();
    mount.write("pod", 3);
    const auto second = around.count();
    mount.write("pod", 5);
    CHECK(around.killed_since(first, "", 0) == 3);
    CHECK(around.killed_since(second, "", 0) == 2);
    CHECK(around.killed_since(second, mount.path("pod/step"), 1) == 1);
    CHECK(!around.killed_since(std::nullopt, "", 0));
}

TEST_CASE("without a count nothing is known") {
    const Mount mount;
    CHECK(!KillsAbove("0::/\n", {mount.path("")}).killed("", 0));
    CHECK(!KillsAbove("0::/pod/step\n", {mount.path("")}).killed("", 0));
    CHECK(!KillsAbove("4:memory:/pod\n", {mount.path("")}).killed("", 0));
    CHECK(!KillsAbove("", {mount.path("")}).killed("", 0));
    mount.write("", 1);
    CHECK(KillsAbove("0::/\n", {mount.path("")}).killed("", 0) == 0);
}

TEST_SUITE_END();
