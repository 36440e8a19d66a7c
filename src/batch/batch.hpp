// The command `netrunner batch`: from its options to the end of all jobs. main calls it. It opens the input and the
// report, asks whether there is room, and says the summary; the conductor runs the jobs.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "src/cli/batch_options.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// `argv`: of netrunner, for the report. `closed`: which of descriptors 0-2 were closed. Returns how netrunner ends;
/// signals are blocked then. Throws UsageError and std::system_error if nothing was started.
Ending run_batch(const BatchOptions& options, const std::vector<std::string>& argv, TimePoint begun,
                 const std::array<bool, 3>& closed);

}  // namespace netrunner
