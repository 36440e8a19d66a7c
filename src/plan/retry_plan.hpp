// Turns --retries and the options beside it into a plan, or refuses what cannot be tried again. The launch plan calls
// it. Pure. src/session/attempts carries the plan out.
#pragma once

#include <optional>
#include <vector>

#include "src/cli/options.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct RetryPlan {
    int retries = 0;           ///< attempts after the first
    std::vector<RetryEnd> on;  ///< never empty
    Duration delay{};
    Duration timeout = forever;  ///< for all attempts together
    bool preserve_status = false;
    bool quiet = false;
};

/// Nothing without --retries. `feeds`: netrunner passes standard input on to the command, or types it. Throws
/// UsageError.
std::optional<RetryPlan> plan_retries(const Options& options, bool feeds);

}  // namespace netrunner
