// Points in time as the reports have them: RFC 3339 in UTC, with microseconds. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace netrunner {

/// 2026-01-02T03:04:05, rounded down. Unlike gmtime(3), reads no file about time zones.
std::string utc_seconds(std::chrono::system_clock::time_point time);

/// 2026-01-02T03:04:05.678901Z
std::string utc_time(std::chrono::system_clock::time_point time);

/// The reverse, with or without a fraction of up to 9 digits, cut to microseconds. Nothing for other
/// texts, and for times before 1970 or after 2255.
std::optional<std::chrono::system_clock::time_point> parse_utc_time(const std::string& text);

}  // namespace netrunner
