// Finds the children that this process already had when it was started (a shell's background jobs, after `exec
// netrunner`). They belong to no run. Called before the first shepherd is started.
#pragma once

#include <sys/types.h>

#include <vector>

namespace netrunner {

std::vector<pid_t> find_strangers();

}  // namespace netrunner
