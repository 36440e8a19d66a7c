// Finds the runs of netrunner on this machine in /proc alone, so it also finds runs of older versions and runs without
// any option. `netrunner ps` and `netrunner ctl` call it. It signals nothing and asks no netrunner.
#pragma once

#include <optional>
#include <vector>

#include "src/runs/found_run.hpp"

namespace netrunner {

/// The runs of `user`, or of all users, in the order of their start, each nested run after the run around it. A process
/// that starts or ends meanwhile may be missed. What /proc does not show to this user stays unknown. Throws
/// std::system_error if /proc cannot be read.
std::vector<FoundRun> find_runs(std::optional<uid_t> user);

}  // namespace netrunner
