// Renders a summary of the run, a few lines for people. main prints it for --summary. Pure.
#pragma once

#include <string>

#include "src/outcome/outcome.hpp"

namespace netrunner {

/// Complete lines of at most 80 columns: status and reason, times, memory, each stream, orphans, the control group.
/// `coloured`: with terminal colours.
std::string render_summary(const Outcome& outcome, const Ending& ending, bool coloured);

}  // namespace netrunner
