// Deadlines: points in time of the steady clock. A deadline without a value never comes.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace netrunner {

using TimePoint = std::chrono::steady_clock::time_point;

/// The deadline that comes first.
inline std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
    return a && b ? std::min(*a, *b) : (a ? a : b);
}

inline bool is_due(const std::optional<TimePoint>& deadline, TimePoint now) { return deadline && now >= *deadline; }

}  // namespace netrunner
