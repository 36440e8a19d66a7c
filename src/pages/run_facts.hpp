// The head of a run on the page, its figures, and the lists of what used the most. run_page puts them together. Pure.
#pragma once

#include <string>

#include "src/pages/shown_run.hpp"

namespace netrunner {

/// Result, command, verdict and figures. `is_part`: the run is a part of the page, not its subject.
std::string render_head(const ShownRun& run, bool is_part);

/// What used the most memory and processor time, and what took longest; empty without processes.
std::string render_highlights(const ShownRun& run);

/// The result as a coloured word.
std::string render_result(const ShownRun& run);

}  // namespace netrunner
