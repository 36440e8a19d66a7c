// Reads and writes small files of the kernel (procfs, cgroupfs) as a whole.
#pragma once

#include <optional>
#include <string>

namespace netrunner {

/// The file's text; nothing if it cannot be read, with errno set.
std::optional<std::string> read_text(const std::string& path);
/// The same for `name` in the directory `at`.
std::optional<std::string> read_text_at(int at, const std::string& name);
/// The rest of an open file; nothing on an error, with errno set.
std::optional<std::string> read_all(int file);
/// Writes `text` in one write(2), as these files require. Returns 0 or errno.
int write_text_at(int at, const std::string& name, const std::string& text);

}  // namespace netrunner
