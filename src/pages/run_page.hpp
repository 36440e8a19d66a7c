// The part of a page about one run, or about runs that are compared: result, figures, what used the most, charts,
// tables. page and batch_page put it on the page. Pure.
#pragma once

#include <string>
#include <vector>

#include "src/pages/page_run.hpp"

namespace netrunner {

/// A `section` for one run.
std::string render_run(const PageRun& page_run);

/// A `section` for two runs or more, with the first as the measure of the others. `names`: of the files, by run.
std::string render_comparison(const std::vector<PageRun>& runs, const std::vector<std::string>& names);

/// What follows the head: highlights, charts and tables. For a job of a batch.
std::string render_run_details(const PageRun& page_run);

}  // namespace netrunner
