// The report of a batch as lines for people (`netrunner report show`): counts, failures first, then the jobs that took
// most. shown_reports calls it. Pure.
#pragma once

#include <string>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// As run_text.
std::string batch_text(const std::string& name, const ShownBatch& batch, bool coloured);

}  // namespace netrunner
