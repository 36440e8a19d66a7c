// A duration as a clock shows it, for the live lines of --progress. Pure. Durations in messages: `format_duration`.
#pragma once

#include <string>

#include "src/values/quantity.hpp"

namespace netrunner {

/// Cut to seconds: 90.5 s as "00:01:30". The hours have three digits or more from 100 hours on.
std::string format_clock(Duration duration);

}  // namespace netrunner
