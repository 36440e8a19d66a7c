#include "src/session/settling.hpp"

#include <algorithm>

namespace netrunner {
namespace {

/// A process that ends by itself within this time after the command is not an orphan.
constexpr std::chrono::milliseconds first_interval{50};
constexpr std::chrono::milliseconds longest_interval{500};
constexpr int share_of_time = 10;

}  // namespace

void Settling::begin(TimePoint now) {
    begun_ = last_look_ = now;
    next_look_ = now + first_interval;
}

std::optional<TimePoint> Settling::deadline() const { return next_look_; }

void Settling::pause(Duration paused) {
    last_look_ += paused;
    if (next_look_) *next_look_ += paused;
}

Settling::Answer Settling::look(TimePoint now, const Sight& sight) {
    if (!sight.held_up) used_ += now - last_look_;
    last_look_ = now;
    next_look_ = now + std::clamp<Duration>((now - begun_) / share_of_time, first_interval, longest_interval);
    if (sight.held_up) return Answer::go_on;
    if (!sight.works) return Answer::settled;
    return used_ < grace_ ? Answer::go_on : Answer::cut_short;
}

}  // namespace netrunner
