// The real path of a file. std::filesystem asks realpath(3) of the C library, which calls faccessat2(2), Linux 5.8, and
// fails where a seccomp filter refuses that call with EPERM (docs/decisions/0054).
#pragma once

#include <filesystem>
#include <system_error>

namespace netrunner {

/// As std::filesystem::canonical: absolute, without links. The file must exist.
std::filesystem::path real_path(const std::filesystem::path& path, std::error_code& error);

/// The same, but the file, or more, may be missing at the end of the path.
std::filesystem::path real_path_so_far(const std::filesystem::path& path, std::error_code& error);

}  // namespace netrunner
