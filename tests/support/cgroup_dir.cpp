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

// Removes nested groups first.
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
        skip("there is no writable cgroup v2 mount");
        return;
    }
    path_ = mount + "/nr-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
    REQUIRE(::mkdir(path_.c_str(), 0755) == 0);
}

CgroupDir::~CgroupDir() {
    if (path_.empty()) return;
    CHECK_MESSAGE(is_empty(), "a group is left in ", path_);
    end("");
}

std::string CgroupDir::membership(const std::string& below) const {
    return "0::" + path(below).substr(path_.rfind('/'));
}

std::vector<std::string> CgroupDir::options(const std::string& below, const std::vector<std::string>& rest) const {
    std::vector<std::string> words{"--cgroup-base", path_, "--cgroup", below};
    words.insert(words.end(), rest.begin(), rest.end());
    return words;
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

std::vector<std::string> CgroupDir::groups(const std::string& below) const {
    std::vector<std::string> names;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(path(below), gone)) {
        if (entry.is_directory(gone)) names.push_back(entry.path().filename());
    }
    return names;
}

std::vector<pid_t> CgroupDir::members(const std::string& below) const {
    std::vector<pid_t> pids;
    std::ifstream procs(path(below) + "/cgroup.procs");
    for (pid_t pid = 0; procs >> pid;) pids.push_back(pid);
    for (const auto& name : groups(below)) {
        const auto inside = members(below + "/" + name);
        pids.insert(pids.end(), inside.begin(), inside.end());
    }
    return pids;
}

void CgroupDir::end(const std::string& below) const {
    const std::string directory = path(below);
    std::ofstream(directory + "/cgroup.kill") << "1";
    wait_until([&] { return !contains(read_text(directory + "/cgroup.events"), "populated 1"); }, 5s);
    remove_groups(directory);
}

void CgroupDir::make(const std::string& below) const { REQUIRE(fs::create_directories(path(below))); }

}  // namespace support
