// A report as Chrome trace events, which Perfetto and about:tracing show (`netrunner report trace`). shown_reports
// calls it. Pure. The format: docs/trace.schema.json.
#pragma once

#include <string>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// One JSON object. A run is a process of the trace, with its processes as slices in lanes, counters for its samples
/// and an instant for each step of its stop; of a batch, the jobs are slices too, and each job with samples or
/// processes is a process of the trace. Times are in microseconds from the start of the report.
std::string trace_of(const ShownReport& report);

}  // namespace netrunner
