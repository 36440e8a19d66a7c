// Error numbers by their names, for the report and the events. Pure.
#pragma once

#include <string>

namespace netrunner {

/// ENOENT as "ENOENT", a number without a name as "999".
std::string errno_name(int error);

}  // namespace netrunner
