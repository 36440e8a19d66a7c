// The report of one run as lines for people (`netrunner report show`): how it ended, and what used its time and memory.
// shown_reports calls it. Pure.
#pragma once

#include <string>

#include "src/pages/shown_run.hpp"

namespace netrunner {

/// Complete lines of at most 80 columns, the first with `name` (of the file). Control characters of the report are
/// shown as escapes. `coloured`: with terminal colours.
std::string run_text(const std::string& name, const ShownRun& run, bool coloured);

/// How a run ended as one line without a newline: its verdict if there is one.
std::string end_line_of(const ShownRun& run);

}  // namespace netrunner
