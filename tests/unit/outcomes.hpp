// Outcomes and times for unit tests of what follows after an attempt.
#pragma once

#include <chrono>

#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace unit {

inline const netrunner::TimePoint start{std::chrono::seconds(1000)};

/// Of /bin/make, which was started.
inline netrunner::Outcome exited(int code) {
    netrunner::Outcome outcome;
    outcome.command = "/bin/make";
    outcome.end = netrunner::Exited{code};
    return outcome;
}

}  // namespace unit
