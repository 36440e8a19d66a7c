// Runs one session to its end: a pump of its own, the process's signals, and the dead that are nobody else's.
#pragma once

#include <optional>

#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/session/session.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// Returns when nothing of the run is left. A failed set-up is an outcome as well. `signals` is filled once all that
/// may wait for others (a FIFO's other end) has been opened; it stays, so that the caller decides when signals act
/// again. Of `context` the strangers are found here.
Outcome run(const LaunchPlan& plan, const SignalState& found, std::optional<SignalSource>& signals,
            SessionContext context);

}  // namespace netrunner
