// Where the processes of a run are drawn: their spans of time, and which of them is the parent of which. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "src/pages/lanes.hpp"
#include "src/pages/shown_run.hpp"

namespace netrunner {

/// By process, in the same order. A process that was not seen to end lasts as long as it is known to have lived.
/// Process numbers are used again, so the parent is the process of that number that started last before.
std::vector<Span> spans_of(const ShownRun& run);

}  // namespace netrunner
