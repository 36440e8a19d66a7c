// Where the programs that tests run are, for any user who runs them: a build in a directory that is closed to others,
// as the superuser's home is, is copied.
#pragma once

#include <string>

namespace support {

// `file`, or its copy in a directory with copies of all programs that are beside it.
std::string open_to_all(const std::string& file);

}  // namespace support
