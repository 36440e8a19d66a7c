// A few lines about the run for people to read. Pure.
#pragma once

#include <string>

#include "src/outcome/outcome.hpp"

namespace netrunner {

/// Whole lines, each ending in a newline and none longer than 80 columns: status and reason, times, memory, each
/// stream, orphans, the control group. `coloured`: with a terminal's colours.
std::string render_summary(const Outcome& outcome, const Ending& ending, bool coloured);

}  // namespace netrunner
