// Compares the kernel's lists of processors.
#include "shepherd/group/cpuset.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "shepherd/system/descriptor.hpp"

using namespace netrunner;

namespace {

/// A directory with the files of a group, inside two others: `obeys_cpuset` reads files only.
class GroupFiles {
  public:
    GroupFiles() {
        std::string name = std::filesystem::temp_directory_path() / "nr-cpuset-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        root_ = name;
        std::filesystem::create_directories(root_ / "above/group");
        put("above/cgroup.events", "");
        put("above/group/cgroup.events", "");
        group_ = Descriptor(::open((root_ / "above/group").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    ~GroupFiles() { std::filesystem::remove_all(root_); }
    GroupFiles(const GroupFiles&) = delete;
    GroupFiles& operator=(const GroupFiles&) = delete;
    void put(const std::string& file, const std::string& text) { std::ofstream(root_ / file) << text; }
    void allow(const std::string& group, const std::string& processors) {
        put(group + "/cpuset.cpus", "\n");
        put(group + "/cpuset.cpus.effective", processors + "\n");
        put(group + "/cpuset.mems.effective", "0-1023\n");
    }
    [[nodiscard]] bool obeyed() const { return obeys_cpuset(group_.get()); }

  private:
    std::filesystem::path root_;
    Descriptor group_;
};

}  // namespace

TEST_SUITE_BEGIN("cpuset");

TEST_CASE("a list is within another if each number is") {
    for (const auto* const list : {"", "0", "3", "0-3", "1-2", "8", "0,2,8", "0-3,8,10-11", "10-11"}) {
        CHECK(is_within(list, "0-3,8,10-12"));
    }
    for (const auto* const list : {"4", "9", "0-4", "3-8", "0,9", "7-8", "8,13", "10-13", "0-12", "1024"}) {
        CHECK_FALSE(is_within(list, "0-3,8,10-12"));
    }
    CHECK_FALSE(is_within("0", ""));
    CHECK_FALSE(is_within("x", ""));
}

TEST_CASE("the nearest cpuset is compared with what this process may use") {
    GroupFiles groups;
    CHECK(groups.obeyed());  // no cpuset anywhere
    groups.allow("above", "0-1023");
    CHECK(groups.obeyed());
    groups.allow("above", "1022-1023");
    CHECK_FALSE(groups.obeyed());
    groups.allow("above/group", "0-1023");
    CHECK(groups.obeyed());
    groups.allow("above/group", "");
    CHECK_FALSE(groups.obeyed());
}

TEST_CASE("memory nodes count too") {
    GroupFiles groups;
    groups.allow("above/group", "0-1023");
    groups.put("above/group/cpuset.mems.effective", "1023\n");
    CHECK_FALSE(groups.obeyed());
}

TEST_SUITE_END();
