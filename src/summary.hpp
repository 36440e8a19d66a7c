// A few lines about the run for people to read. Pure.
#pragma once

#include <string>

#include "src/outcome.hpp"

namespace netrunner {

/// Whole lines, each ending in a newline: status, wall and CPU time, peak memory, bytes, orphans.
std::string render_summary(const Outcome& outcome, const Ending& ending);

}  // namespace netrunner
