// What is put before each line of the relayed output, as it was asked for. A value.
#pragma once

#include <string>

namespace netrunner {

struct LineStamp {
    enum class Clock {
        none,
        elapsed,  ///< since the start of the run: 00:01:02.345
        iso,      ///< the time of day, RFC 3339 in UTC: 2026-01-02T03:04:05.678Z
        delta,    ///< since the line before began: +00:00:00.250
    };
    Clock clock = Clock::none;
    std::string prefix{};  ///< after the time, as it is

    [[nodiscard]] bool wanted() const { return clock != Clock::none || !prefix.empty(); }
};

}  // namespace netrunner
