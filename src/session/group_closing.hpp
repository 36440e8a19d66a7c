// The end of a run's control group: its figures go into the outcome, then the group is removed, left, or handed to the
// shepherd. Called once by a session, when the run is over. It does not kill what is in the group.
#pragma once

#include "src/cgroup/cgroup.hpp"
#include "src/cli/options.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

/// Reads the group's counters after its last process has exited and before the group is removed. `outcome.survivors`
/// has to be complete: a group with survivors is handed to the shepherd, which removes it when they have ended.
/// What is in the group without being a survivor is left by `policy` or spared.
void close_group(Cgroup& group, OrphanPolicy policy, Outcome& outcome, const Narrator& narrate);

}  // namespace netrunner
