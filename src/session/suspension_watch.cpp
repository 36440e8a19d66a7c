#include "src/session/suspension_watch.hpp"

#include <algorithm>

namespace netrunner {
namespace {

constexpr std::chrono::milliseconds shortest_interval{50};
constexpr std::chrono::milliseconds longest_interval{1000};
constexpr int share_of_limit = 20;
/// A look that is late by less is none of a suspended process: a slow disk can hold up a write of netrunner that long.
constexpr std::chrono::milliseconds usual_delay{250};

}  // namespace

SuspensionWatch::SuspensionWatch(Duration shortest, TimePoint now)
    : interval_(std::clamp<Duration>(shortest / share_of_limit, shortest_interval, longest_interval)), seen_(now) {}

Duration SuspensionWatch::look(TimePoint now, Duration waited) {
    if (now < deadline()) return {};
    const Duration late = now - deadline() - (waited - waited_);
    // The suspension began at some time after `seen_`. Count all of it: rather too much time for the command than too
    // little.
    const Duration suspended = late > usual_delay ? now - seen_ : Duration{};
    seen_ = now;
    waited_ = waited;
    return suspended;
}

}  // namespace netrunner
