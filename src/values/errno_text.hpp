// Error numbers and exceptions as fragments of a message: first letter in lower case, no full stop. Pure.
#pragma once

#include <string>
#include <system_error>

namespace netrunner {

/// ENOENT as "no such file or directory".
std::string errno_text(int error);

/// The message of `failure`. In the message of a std::system_error the error text is in the style above: "cannot open
/// 'x': no such file or directory".
std::string failure_text(const std::exception& failure);

}  // namespace netrunner
