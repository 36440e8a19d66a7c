#include "src/system/real_path.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {
namespace fs = std::filesystem;

fs::path real_path(const fs::path& path, std::error_code& error) {
    fs::path found = fs::canonical(path, error);
    if (error != std::errc::operation_not_permitted) return found;
    const Descriptor file(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (file) return fs::read_symlink("/proc/self/fd/" + std::to_string(file.get()), error);
    error = std::error_code(errno, std::generic_category());
    return {};
}

fs::path real_path_so_far(const fs::path& path, std::error_code& error) {
    fs::path found = fs::weakly_canonical(path, error);
    if (error != std::errc::operation_not_permitted) return found;
    found = real_path(path, error);
    if (error != std::errc::no_such_file_or_directory || path == ".") return found;
    const fs::path folder = real_path_so_far(path.has_parent_path() ? path.parent_path() : fs::path("."), error);
    return error ? fs::path() : (folder / path.filename()).lexically_normal();
}

}  // namespace netrunner
