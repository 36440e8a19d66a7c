// Seconds, bytes and counts as the text, the page and the trace of a report show them: short, and of one form at one
// size. Pure. Messages and --summary have other forms (src/values/quantity).
#pragma once

#include <string>

namespace netrunner {

/// From 0 seconds: 0.004 as "4ms", 1.5 as "1.5s", 75 as "1m15s", 7260 as "2h01m", 200000 as "2d07h".
std::string shown_time(double seconds);

/// From 0 bytes: 536870912 as "512 MiB".
std::string shown_bytes(double bytes);

/// From 0 bytes in a second: "1.5 MiB/s".
std::string shown_rate(double bytes_per_second);

/// A number without zeros at its end: two decimals below 10, one below 100, else none.
std::string shown_number(double number);

/// "1 process", "3 processes".
std::string counted(double count, const std::string& one, const std::string& more);

/// Seconds since 1970 as "2026-01-02 03:04:05 UTC".
std::string shown_date(double since_1970);

}  // namespace netrunner
