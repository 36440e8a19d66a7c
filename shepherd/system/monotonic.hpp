// The monotonic clock, in milliseconds, by which the guard and the shepherd time the ladder.
#pragma once

#include <time.h>

#include <cstdint>

namespace netrunner {

inline std::int64_t now_ms() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace netrunner
