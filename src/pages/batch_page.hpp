// The part of a page about one batch: counts, the jobs as bars over time, failures first, the jobs that took most, and
// the charts of jobs. page puts it on the page. Pure.
#pragma once

#include <string>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// A `section`. `id`: unique on the page, a prefix of the ids in it.
std::string render_batch(const ShownBatch& batch, const std::string& id);

}  // namespace netrunner
