// Points in time at which something is to happen, or never.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace netrunner {

using TimePoint = std::chrono::steady_clock::time_point;

/// The one that comes first; none never comes.
inline std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
    return a && b ? std::min(*a, *b) : (a ? a : b);
}

inline bool is_due(const std::optional<TimePoint>& deadline, TimePoint now) { return deadline && now >= *deadline; }

}  // namespace netrunner
