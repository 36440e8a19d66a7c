// Finds the program netrunner-shepherd and starts it. Called by ShepherdLink; does not speak the protocol.
#pragma once

#include <sys/types.h>

#include "src/cgroup/cgroup.hpp"
#include "src/link/standard_files.hpp"
#include "src/plan/launch_plan.hpp"

namespace netrunner {

struct ShepherdStart {
    pid_t pid = -1;
    int error = 0;  ///< E2BIG: not started, because the command's arguments and environment are too long
};

/// Starts the shepherd with the command's arguments and environment, with `files` as its directory and descriptors 0-2,
/// and hands it `link_end` and the directories of `group`, if not null. Throws SetupFailure for any error but E2BIG.
ShepherdStart start_shepherd(const LaunchPlan& plan, const StandardFiles& files, const Cgroup* group, int link_end);

}  // namespace netrunner
