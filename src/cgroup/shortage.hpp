// Which limit it was that a process, a descriptor or memory could not be had for: the kernel only says that there is
// one. Looks at this machine; asked after a failure only.
#pragma once

#include <string>

namespace netrunner {

/// ", since pids.max of '/jobs/a' is reached (512)", to be put behind what could not be done; empty where `error`
/// (errno) is none of a shortage, or nothing is found.
std::string describe_limit_met(int error);

}  // namespace netrunner
