// Reads the report of an earlier batch for --resume: which jobs have succeeded, and where the whole lines end. Holds
// one line and 16 bytes for each success. It decides nothing about what to run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/batch/job_key.hpp"
#include "src/batch/record_reader.hpp"
#include "src/batch/report_lines.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct ReportScan {
    DoneJobs done{};
    bool is_empty = true;                       ///< the file has no line: start afresh
    Size whole = 0;                             ///< bytes up to the end of the last whole line
    Size torn = 0;                              ///< bytes after it, to be cut off
    bool is_complete = false;                   ///< the last line is a trailer
    std::optional<std::string> input_digest{};  ///< of the last header
    std::optional<ShardChoice> shard{};         ///< of the last header
};

/// `name`: of the file, for messages. Throws UsageError if it is no batch report.
ReportScan scan_report(const RecordReader::Read& read, const std::string& name);

}  // namespace netrunner
