// Runs a session to its end, or several in a row (--retries). main calls it. It owns the pump, reads this process's
// signals, and reaps children that do not belong to the session. It does not decide what a wake or a signal means: the
// session does.
#pragma once

#include <functional>
#include <optional>

#include "src/live/live.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/session/session.hpp"
#include "src/system/given_descriptors.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// Returns the outcome when the run is over; a failed set-up is an outcome too. First opens the files
/// that may wait for another process (a FIFO's other end), then fills `signals`, which blocks the signals. `signals`
/// stays filled, so that the caller decides when signals act again. Fills `context.strangers` itself. Closes `given`
/// once the shepherd has inherited it, or if it cannot be started.
///
/// With --retries, runs one session after another and returns the outcome of the last. `plan_again` makes the plan anew
/// for each, because the user's terminal may have changed; null: the plan stays.
///
/// `open_live`: opens what --events and --control name, which may wait too; null: neither is given.
Outcome run(const LaunchPlan& plan, const SignalState& found, std::optional<SignalSource>& signals,
            GivenDescriptors given, SessionContext context, const std::function<LaunchPlan()>& plan_again,
            const std::function<Live*()>& open_live);

}  // namespace netrunner
