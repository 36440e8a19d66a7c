// Finds out what this machine offers to this user: by running something where that changes nothing, else by looking.
#pragma once

#include "src/doctor/diagnosis.hpp"

namespace netrunner {

/// Takes well below a second; leaves the machine as it was. Throws only when this process cannot be told of at all.
Diagnosis examine();

}  // namespace netrunner
