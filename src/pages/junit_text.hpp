// Renders reports as one JUnit file for CI systems: a case for each run and for each job of a batch (`netrunner report
// junit`). shown_reports calls it. Pure.
#pragma once

#include <string>
#include <vector>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// `host`: this machine's name, which the format asks for. A case has the words of the report, as `run --junit` and
/// `batch --junit` write them, but no output: a report has none.
std::string junit_of(const std::vector<ShownReport>& reports, const std::string& host);

}  // namespace netrunner
