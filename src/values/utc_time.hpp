// Points in time as the reports have them: RFC 3339 in UTC, with microseconds. Pure.
#pragma once

#include <chrono>
#include <string>

namespace netrunner {

/// 2026-01-02T03:04:05.678901Z
std::string utc_time(std::chrono::system_clock::time_point time);

}  // namespace netrunner
