#include "src/batch/file_claims.hpp"

#include <filesystem>
#include <system_error>

#include "src/system/real_path.hpp"

namespace netrunner {

namespace fs = std::filesystem;

bool FileClaims::claim(const std::string& path) {
    if (!may_repeat_) return true;
    // The number of the file (its inode) would be of no use: a job may remove its file, and the kernel gives the number
    // to the next one.
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    const fs::path real = real_path_so_far(absolute, error);
    return files_.insert(record_key(error ? absolute.lexically_normal().string() : real.string()));
}

}  // namespace netrunner
