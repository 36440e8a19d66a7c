// Finds out what this machine offers to this user: by trial runs of netrunner if those leave no change, otherwise by
// reading. Called by main for `netrunner doctor`; it prints nothing.
#pragma once

#include <string>
#include <vector>

#include "src/doctor/diagnosis.hpp"

namespace netrunner {

/// Takes well below a second and leaves the machine unchanged. A feature that does not work is a failed check. Throws
/// only if /proc/self/exe cannot be read, or if a group cannot be made after a trial run could make one. `required`:
/// the names of the checks that the user needs; none: all.
Diagnosis examine(std::vector<std::string> required);

}  // namespace netrunner
