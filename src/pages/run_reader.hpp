// Turns the JSON object of one run (docs/report.schema.json) into a ShownRun. report_reader calls it for a run's
// report and for each job of a batch. Pure.
#pragma once

#include "src/pages/json_fields.hpp"
#include "src/pages/shown_run.hpp"

namespace netrunner {

/// Throws UsageError, whose text completes "'FILE' is no report of netrunner: ", if `object` is no report that this
/// version can read. A field of another type than the schema's is not known.
ShownRun read_run(const JsonFields& object);

}  // namespace netrunner
