// What went wrong, as a fragment of a message: lower case, no full stop. Pure.
#pragma once

#include <string>
#include <system_error>

namespace netrunner {

/// ENOENT as "no such file or directory".
std::string errno_text(int error);

/// The whole message of a failed call in the same style: "cannot open 'x': no such file or directory".
std::string failure_text(const std::exception& failure);

}  // namespace netrunner
