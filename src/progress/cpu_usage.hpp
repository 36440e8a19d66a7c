// The processor time of a run's tree so far, from /proc and from the run's control group. Called by the session for
// --cpu-time. It decides nothing.
#pragma once

#include <sys/types.h>

#include <optional>

#include "src/values/quantity.hpp"

namespace netrunner {

/// What the live processes below `root` have used, what the processes have used that were reaped there, and what `root`
/// has reaped. Without `in_group`, the time of a process is missing after its end if its parent ignores SIGCHLD.
/// `in_group`: what the control group has counted for the run; the larger of the two counts, because a process can
/// leave the group, or be moved into it.
Duration cpu_usage(pid_t root, std::optional<Duration> in_group);

/// How many processors can run the tree at once.
unsigned processors_online();

}  // namespace netrunner
