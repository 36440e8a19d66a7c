// Finds the programs that tests run, for any user. If other users cannot enter the build directory, for example below
// root's home, its programs are copied.
#pragma once

#include <string>

namespace support {

// `file`, or its copy in a new directory that has copies of all programs beside it.
std::string open_to_all(const std::string& file);

}  // namespace support
