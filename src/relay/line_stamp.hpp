// The text that --timestamps and --prefix put before each line of relayed output, as a value. Filled in by the
// command-line parser, used by the line stamper.
#pragma once

#include <string>

namespace netrunner {

struct LineStamp {
    enum class Clock {
        none,
        elapsed,  ///< time since the start of the run: 00:01:02.345
        iso,      ///< date and time, RFC 3339 in UTC: 2026-01-02T03:04:05.678Z
        delta,    ///< time since the line before began: +00:00:00.250
    };
    Clock clock = Clock::none;
    std::string prefix{};  ///< follows the time, unchanged

    [[nodiscard]] bool wanted() const { return clock != Clock::none || !prefix.empty(); }
};

}  // namespace netrunner
