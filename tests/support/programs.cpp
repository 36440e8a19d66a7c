#include "programs.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "temp_dir.hpp"

namespace fs = std::filesystem;

namespace support {
namespace {

bool is_open_to_all(fs::path directory) {
    while (true) {
        struct stat info {};
        if (::stat(directory.c_str(), &info) != 0 || (info.st_mode & S_IXOTH) == 0) return false;
        if (directory == directory.root_path()) return true;
        directory = directory.parent_path();
    }
}

// The copies exist until the tests end.
class Copy {
  public:
    explicit Copy(const fs::path& directory) {
        fs::permissions(root_.path(), fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
        const fs::path root(root_.path());
        for (const auto& entry : fs::directory_iterator(directory)) {
            const bool is_program = entry.is_regular_file() && ::access(entry.path().c_str(), X_OK) == 0;
            if (is_program) fs::copy_file(entry.path(), root / entry.path().filename());
        }
    }
    std::string path(const fs::path& name) const { return fs::path(root_.path()) / name; }

  private:
    TempDir root_;
};

}  // namespace

std::string open_to_all(const std::string& file) {
    const fs::path path(file);
    // Only tests that run as root start programs as other users.
    if (::geteuid() != 0 || is_open_to_all(path.parent_path())) return file;
    static std::map<fs::path, Copy> copies;
    const auto [copy, made] = copies.try_emplace(path.parent_path(), path.parent_path());
    return copy->second.path(path.filename());
}

}  // namespace support
