// The samples of a run as a table that is closed at first: the charts' numbers for readers that cannot see them.
// run_page calls it. Pure.
#pragma once

#include <string>

#include "src/pages/page_run.hpp"

namespace netrunner {

/// At most 60 rows; empty without samples.
std::string render_sample_table(const PageRun& page_run);

}  // namespace netrunner
