#include "src/session/time_limits.hpp"

#include <algorithm>

namespace netrunner {

TimeLimits::TimeLimits(Duration total, Duration idle, TimePoint begun) : begun_(begun), idle_(idle) {
    if (total != forever) end_ = begun + total;
}

void TimeLimits::set_total(Duration total, Duration paused) {
    end_ = total == forever ? std::nullopt : std::optional(begun_ + total + paused);
}

void TimeLimits::pause(Duration paused, TimePoint now) {
    if (end_) *end_ += paused;
    resumed_ = now;
}

std::optional<TimePoint> TimeLimits::deadline(std::optional<TimePoint> last_sign) const {
    return earlier(end_, idle_end(last_sign));
}

std::optional<StopCause> TimeLimits::exceeded(TimePoint now, std::optional<TimePoint> last_sign) const {
    if (is_due(end_, now)) return StopCause::timeout;
    if (is_due(idle_end(last_sign), now)) return StopCause::idle_timeout;
    return std::nullopt;
}

std::optional<TimePoint> TimeLimits::idle_end(std::optional<TimePoint> last_sign) const {
    if (idle_ == forever) return std::nullopt;
    return std::max(last_sign.value_or(begun_), resumed_.value_or(begun_)) + idle_;
}

}  // namespace netrunner
