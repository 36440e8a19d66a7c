// The page of reports: one file of HTML with its style and its pictures, without a script and without a request
// (`netrunner report html`). shown_reports calls it. Pure.
#pragma once

#include <string>
#include <vector>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// `reports`: not empty. Two runs or more are compared; batches follow one after the other.
std::string page_of(const std::vector<ShownReport>& reports);

}  // namespace netrunner
