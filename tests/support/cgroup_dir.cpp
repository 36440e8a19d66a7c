#include "cgroup_dir.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "deadline.hpp"
#include "proc_fs.hpp"
#include "trial.hpp"

namespace support {
namespace fs = std::filesystem;

namespace {

std::string writable_mount() {
    std::ifstream mounts("/proc/self/mountinfo");
    const std::regex wanted(R"(^\S+ \S+ \S+ / (\S+) rw\S* .*- cgroup2 .*)");
    for (std::string line; std::getline(mounts, line);) {
        std::smatch match;
        if (std::regex_match(line, match, wanted) && ::access(match[1].str().c_str(), W_OK) == 0) return match[1];
    }
    return {};
}

// The deepest first.
void remove_groups(const fs::path& directory) {
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(directory, gone)) {
        if (!entry.is_directory(gone)) continue;
        ::chmod(entry.path().c_str(), 0755);
        remove_groups(entry.path());
    }
    ::rmdir(directory.c_str());
}

}  // namespace

CgroupDir::CgroupDir() {
    static int count = 0;
    const std::string mount = writable_mount();
    if (mount.empty()) {
        skip("there is no cgroup v2 mount that can be written");
        return;
    }
    path_ = mount + "/nr-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
    REQUIRE(::mkdir(path_.c_str(), 0755) == 0);
}

CgroupDir::~CgroupDir() {
    if (path_.empty()) return;
    CHECK_MESSAGE(is_empty(), "a group is left in ", path_);
    std::ofstream(path_ + "/cgroup.kill") << "1";
    wait_until([&] { return !contains(read_text(path_ + "/cgroup.events"), "populated 1"); }, 5s);
    remove_groups(path_);
}

bool CgroupDir::has(const std::string& below) const { return fs::is_directory(path(below)); }

bool CgroupDir::is_empty() const {
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(path_, gone)) {
        if (entry.is_directory(gone)) return false;
    }
    return true;
}

bool CgroupDir::is_populated(const std::string& below) const {
    return contains(read_text(path(below) + "/cgroup.events"), "populated 1");
}

void CgroupDir::make(const std::string& below) const { REQUIRE(fs::create_directories(path(below))); }

}  // namespace support
