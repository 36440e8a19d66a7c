// A place of the test's own in the machine's cgroup v2 file system, removed with everything in it at the end.
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

    // Whether there is one: a mount that can be written, by root. Else the test says why it cannot run here.
    explicit operator bool() const { return !path_.empty(); }
    const std::string& path() const { return path_; }
    std::string path(const std::string& below) const { return path_ + "/" + below; }

    bool has(const std::string& below) const;
    bool is_empty() const;  // no group in it
    bool is_populated(const std::string& below) const;
    void make(const std::string& below) const;
    std::vector<std::string> groups(const std::string& below) const;  // names of those right inside
    std::vector<pid_t> members(const std::string& below) const;       // of it and of all that is inside
    void end(const std::string& below) const;                         // kills everybody in it and removes it

  private:
    std::string path_;
};

}  // namespace support
