// Small texts of the kernel (procfs, cgroupfs), whole.
#pragma once

#include <optional>
#include <string>

namespace netrunner {

/// Nothing when it cannot be read; errno says why.
std::optional<std::string> read_text(const std::string& path);
/// The same, `name` in the directory `at`.
std::optional<std::string> read_text_at(int at, const std::string& name);
/// What is left to be read of an open file.
std::optional<std::string> read_all(int file);
/// In one write(2), as the kernel wants it. 0, or errno.
int write_text_at(int at, const std::string& name, const std::string& text);

}  // namespace netrunner
