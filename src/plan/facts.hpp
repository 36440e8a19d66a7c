// Collects what the launch plan depends on besides the options: the inherited signals, environment and terminal, and
// user and group ids. main calls it once. It only reads: make_launch_plan decides.
#pragma once

#include "src/cli/options.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// `found`: the signal state that netrunner was started with. Throws std::runtime_error if /proc cannot be used or if a
/// user or group does not exist.
Facts gather_facts(const Options& options, const SignalState& found);

}  // namespace netrunner
