// Refuses values of --events, --control and of the streams with the mode `control` that contradict each other or the
// plan of the streams. The launch plan calls it. Pure: what a descriptor is, the owner of the endpoint looks at.
#pragma once

#include "src/cli/options.hpp"
#include "src/plan/stream_plan.hpp"

namespace netrunner {

/// Throws UsageError.
void refuse_live_contradictions(const Options& options, const StreamPlan& plan);

}  // namespace netrunner
