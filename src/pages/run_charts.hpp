// The charts of runs: memory, CPU, processes, output, storage and waiting over time, and the processes as bars. Runs
// that are compared stand side by side with the same scales. page and batch_page put them on the page. Pure.
#pragma once

#include <string>
#include <vector>

#include "src/pages/page_run.hpp"

namespace netrunner {

/// For each chart, one of each run. Runs without samples or processes are left out; empty if that are all.
std::string render_run_charts(const std::vector<PageRun>& runs);

}  // namespace netrunner
