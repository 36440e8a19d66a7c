// The lines of a batch's report (JSON Lines): makes the header and the trailer, and reads all three kinds of lines back
// for --resume and `report merge`. The line of a job is made by src/report/report. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/batch/halting.hpp"
#include "src/batch/job_key.hpp"
#include "src/cli/batch_values.hpp"

namespace netrunner {

struct ReportHeader {
    std::vector<std::string> argv{};            ///< of netrunner
    std::optional<std::string> input_digest{};  ///< SHA-256; nothing: not known before the input has been read
    std::optional<std::uint64_t> jobs{};        ///< in the whole input, if known
    ShardChoice shard{};
    bool resumed = false;  ///< more lines of the same batch are above
    std::chrono::system_clock::time_point started_at{};
};

struct ReportTrailer {
    BatchCounts counts{};
    int status = 0;
    std::chrono::system_clock::time_point ended_at{};
    std::optional<EventFigures> events{};  ///< of --events; not read
};

/// What is read of a job's line.
struct ReportedJob {
    std::uint64_t number = 0;
    JobKey key;
    std::string name;  ///< its id, else its command
    int status = 0;
    std::string reason;
    std::string message;  ///< the verdict; empty: none
    double wall = 0;      ///< seconds
};

/// Each is one line with its newline.
std::string render_header(const ReportHeader& header);
std::string render_trailer(const ReportTrailer& trailer);

using ReportLine = std::variant<ReportHeader, ReportedJob, ReportTrailer>;
/// `text`: without the newline. Throws UsageError if it is no line of a batch's report that this version can read.
/// Times are not read.
ReportLine parse_report_line(std::string_view text);

}  // namespace netrunner
