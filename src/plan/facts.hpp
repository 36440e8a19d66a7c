// Collects what the launch plan depends on besides the options: the inherited signals, environment and terminal, and
// user and group ids. main calls it once. It only reads: make_launch_plan decides.
#pragma once

#include "src/cli/options.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/system/given_descriptors.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// `found`, `closed` and `given`: the signal state, the closed ones of descriptors 0-2, and the descriptors above 2
/// that netrunner was started with. Throws std::runtime_error if /proc cannot be used or if a user or group does not
/// exist.
Facts gather_facts(const Options& options, const SignalState& found, const std::array<bool, 3>& closed,
                   const GivenDescriptors& given);

}  // namespace netrunner
