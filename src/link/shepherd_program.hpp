// Finds the program netrunner-shepherd and starts it. Called by ShepherdLink; does not speak the protocol.
#pragma once

#include <sys/types.h>

#include "src/link/standard_files.hpp"
#include "src/plan/launch_plan.hpp"

namespace netrunner {

struct ShepherdStart {
    pid_t pid = -1;
    int error = 0;  ///< E2BIG: not started, because the command's arguments and environment are too long
};

/// The descriptors, all close-on-exec, that are for the shepherd and not for the command. -1: none.
struct HandedOver {
    int link = -1;
    int group = -1;    ///< directory of the command's control group
    int home = -1;     ///< cgroup.procs of the runner's own control group
    int vacated = -1;  ///< directory of the control group that the runner has left
    int lock = -1;     ///< an open file whose lock lasts while a helper lives
    int record = -1;   ///< of what the runner has changed on the user's terminal
};

/// Starts the shepherd with the command's arguments and environment, with `files` as its directory and descriptors 0-2,
/// with the descriptors of `handed_over`, and with every descriptor that does not close on exec. Throws SetupFailure
/// for any error but E2BIG.
ShepherdStart start_shepherd(const LaunchPlan& plan, const StandardFiles& files, const HandedOver& handed_over);

}  // namespace netrunner
