#include "src/session/watched_limit.hpp"

#include <algorithm>

namespace netrunner {
namespace {

/// A look at a large tree takes long. It may use at most this share of one processor.
constexpr int share_for_looks = 10;
/// The next look comes when the use, growing as between the last two looks, has come so much nearer to the limit.
constexpr double share_of_rest = 0.25;

}  // namespace

void WatchedLimit::begin(TimePoint now) {
    if (!limit_) return;
    last_look_ = now;
    pause_ = shortest_pause;
    next_look_ = now + shortest_pause;
}

bool WatchedLimit::note(std::uint64_t used, Duration took, TimePoint now) {
    most_ = std::max(most_, used);
    const double grown = used > last_ ? static_cast<double>(used - last_) : 0;
    const auto elapsed = std::max<Duration>(now - last_look_, std::chrono::milliseconds(1));
    const double rest = used < *limit_ ? static_cast<double>(*limit_ - used) : 0;
    // A program that has not grown may begin to. So the pause at most doubles from look to look.
    Duration pause = std::min<Duration>(2 * pause_, longest_pause);
    if (grown > 0) {
        const double until = static_cast<double>(elapsed.count()) * rest / grown * share_of_rest;
        if (until < static_cast<double>(pause.count())) pause = Duration(static_cast<Duration::rep>(until));
    }
    pause_ = std::max<Duration>(pause, shortest_pause);
    next_look_ = now + std::max<Duration>(pause_, took * share_for_looks);
    last_ = used;
    last_look_ = now;
    return used > *limit_;
}

void WatchedLimit::pause(Duration paused) {
    if (!next_look_) return;
    *next_look_ += paused;
    last_look_ += paused;
}

}  // namespace netrunner
