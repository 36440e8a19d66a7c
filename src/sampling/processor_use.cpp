#include "src/sampling/processor_use.hpp"

#include <algorithm>
#include <chrono>

namespace netrunner {
namespace {

/// A little less than a second, because two looks a second apart can come a little early and late.
constexpr std::chrono::milliseconds shortest_time{980};

}  // namespace

std::optional<double> ProcessorUse::note(Duration t, Duration cpu) {
    while (points_.size() > 1 && t - points_[1].t >= shortest_time) points_.pop_front();
    points_.push_back({t, cpu});
    const Point& since = points_.front();
    if (t - since.t < shortest_time) return std::nullopt;
    const double busy = std::chrono::duration<double>(cpu - since.cpu) / std::chrono::duration<double>(t - since.t);
    return std::min(busy, static_cast<double>(processors_));
}

}  // namespace netrunner
