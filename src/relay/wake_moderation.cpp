#include "src/relay/wake_moderation.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace netrunner {
namespace {

/// Wakes further apart than this are too rare to be worth saving.
constexpr std::chrono::milliseconds calm{1};

constexpr Duration shortest = std::chrono::microseconds(40);
constexpr Duration longest = std::chrono::microseconds(160);

// Wakes before the next try: `soon` after a pause that helped, `back_off` times as many after each pause that did not,
// at most `far_off`.
constexpr int soon = 4;
constexpr int back_off = 4;
constexpr int far_off = 4096;

}  // namespace

WakeModeration::WakeModeration(Size capacity) : capacity_(capacity), wakes_to_try_(back_off * soon) {}

Duration WakeModeration::pause_after(Size passed, TimePoint now) {
    const Size bytes = passed - std::exchange(passed_, passed);
    const bool in_succession = now - std::exchange(dry_since_, now) < calm;
    if (pause_ != Duration::zero()) return pause_ = next_pause(bytes);
    if (bytes == 0) return {};  // the sink caused the wake
    const bool large = bytes >= capacity_ / 16;
    if (!in_succession || large) {
        wakes_ = 0;
        bytes_ = 0;
    }
    if (large) return {};
    bytes_ += bytes;
    if (++wakes_ < wakes_to_try_) return {};
    usual_ = std::exchange(bytes_, 0) / static_cast<Size>(std::exchange(wakes_, 0));
    return pause_ = shortest;
}

/// The pause to make after one in which `gathered` bytes came; zero: no more pauses for now.
Duration WakeModeration::next_pause(Size gathered) {
    if (gathered < 2 * usual_) {
        wakes_to_try_ = std::min(back_off * wakes_to_try_, far_off);
        return {};
    }
    wakes_to_try_ = soon;
    if (gathered < capacity_ / 8) return std::min(2 * pause_, longest);
    return gathered < capacity_ / 4 ? pause_ : shortest;
}

}  // namespace netrunner
