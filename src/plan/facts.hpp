// What the plan needs to know about this machine and about how netrunner was started. The one place that looks.
#pragma once

#include "src/cli/options.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// Throws std::runtime_error for a user or group that does not exist.
Facts gather_facts(const Options& options, const SignalState& found);

}  // namespace netrunner
