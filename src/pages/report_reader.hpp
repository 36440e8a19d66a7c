// Reads a report from bytes: the object of a run, or the lines of a batch. shown_reports calls it. A batch is read line
// by line; what it holds are the jobs' records, not their text.
#pragma once

#include <string>

#include "src/batch/record_reader.hpp"
#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// `name`: of the file, for messages. Lines of jobs without a header are a batch too. Throws UsageError if the bytes
/// are no report of netrunner, or cannot be read.
ShownReport read_report(const RecordReader::Read& read, const std::string& name);

}  // namespace netrunner
