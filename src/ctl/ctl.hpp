// `netrunner ctl`: finds the run, gives it the order and passes its answer on. main calls it. How the run is asked is
// in run_connection and held_run.
#pragma once

#include "src/cli/ctl_options.hpp"
#include "src/ctl/ctl_streams.hpp"

namespace netrunner {

/// Throws std::runtime_error if there is no such run, no permission or no answer.
CtlResult give_order(const CtlOptions& options, const CtlStreams& streams);

}  // namespace netrunner
