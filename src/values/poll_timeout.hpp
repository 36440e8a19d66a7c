// The time until a deadline as poll(2) and epoll_wait(2) take it. Pure but for the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "src/values/deadline.hpp"

namespace netrunner {

/// In milliseconds, rounded up so that the wait does not end before `deadline`; at most one hour. Nothing: -1, for
/// ever.
inline int milliseconds_until(std::optional<TimePoint> deadline) {
    if (!deadline) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace netrunner
