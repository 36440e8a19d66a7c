// The shepherd's program: where it is, and its start.
#pragma once

#include <sys/types.h>

#include "src/cgroup/cgroup.hpp"
#include "src/link/standard_files.hpp"
#include "src/plan/launch_plan.hpp"

namespace netrunner {

struct ShepherdStart {
    pid_t pid = -1;
    int error = 0;  ///< E2BIG: nothing was started, since the command's words are too many for any program
};

/// Starts the shepherd with the command's words and environment, the files that the command is given, its group if it
/// has one, and `link_end`, its end of the link. Throws SetupFailure when that fails for any other reason.
ShepherdStart start_shepherd(const LaunchPlan& plan, const StandardFiles& files, const Cgroup* group, int link_end);

}  // namespace netrunner
