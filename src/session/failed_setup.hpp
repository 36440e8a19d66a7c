// The outcome of a run that ended before its command could be started: its set-up failed, or no process came to the
// other end of a FIFO. The runner makes it, and so does a batch for a job. Starts and writes nothing.
#pragma once

#include <string>

#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// `begun`: when the run or the attempt began.
Outcome failed_setup(const SetupFailure& failure, const LaunchPlan& plan, TimePoint begun);

/// The time limit passed before all files were open. `why`: which file was not, in words.
Outcome timed_out_setup(const std::string& why, const LaunchPlan& plan, TimePoint begun);

/// `signal` ordered the end before all files were open.
Outcome cancelled_setup(int signal, const std::string& why, const LaunchPlan& plan, TimePoint begun);

}  // namespace netrunner
