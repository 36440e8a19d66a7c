// The test's own directory under /tmp. The destructor removes it with everything in it.
#pragma once

#include <string>
#include <vector>

namespace support {

class TempDir {
  public:
    TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();

    const std::string& path() const { return path_; }
    std::vector<std::string> entries(const std::string& below = "") const;  // names, sorted

  private:
    std::string path_;
};

}  // namespace support
