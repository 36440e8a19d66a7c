// The test's own control group in the machine's cgroup v2 file system. The destructor removes it with everything in it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace support {

class CgroupDir {
  public:
    CgroupDir();
    ~CgroupDir();
    CgroupDir(const CgroupDir&) = delete;
    CgroupDir& operator=(const CgroupDir&) = delete;

    // False if no cgroup v2 mount is writable for this user. Then the constructor has reported why the test is skipped.
    explicit operator bool() const { return !path_.empty(); }
    const std::string& path() const { return path_; }
    std::string path(const std::string& below) const { return path_ + "/" + below; }

    // The group `below` as a process in it reads it in /proc/self/cgroup.
    std::string membership(const std::string& below) const;
    // The options of a run or batch in the group `below`, and then `rest`.
    std::vector<std::string> options(const std::string& below, const std::vector<std::string>& rest) const;

    bool has(const std::string& below) const;
    bool is_empty() const;  // no group inside
    bool is_populated(const std::string& below) const;
    void make(const std::string& below) const;
    std::vector<std::string> groups(const std::string& below) const;  // names of the groups directly inside
    std::vector<pid_t> members(const std::string& below) const;       // of it and of all groups inside
    void end(const std::string& below) const;                         // kills all processes in it and removes it

  private:
    std::string path_;
};

}  // namespace support
