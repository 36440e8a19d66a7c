// The processes of a run as bars over time, children below their parents, and as a table. run_charts and run_page call
// it. Pure.
#pragma once

#include <string>
#include <vector>

#include "src/pages/chart.hpp"
#include "src/pages/page_run.hpp"

namespace netrunner {

/// A `figure`; a line that says so if there are no processes. `length`: of the time axis, in seconds.
std::string render_process_chart(const PageRun& page_run, double length, const std::vector<Chart::Mark>& marks);

/// The processes with the most CPU as a table that is closed at first; empty without processes.
std::string render_process_table(const PageRun& page_run);

}  // namespace netrunner
