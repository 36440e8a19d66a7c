// `netrunner report merge`: reads the reports of a batch's shards, says what is missing, counts the jobs and writes a
// JUnit file. main calls it and prints. What belongs together is decided in report_merge.
#pragma once

#include <string>
#include <vector>

#include "src/cli/report_options.hpp"

namespace netrunner {

struct MergeAnswer {
    std::string text;                   ///< for standard output
    std::vector<std::string> problems;  ///< for standard error, without the prefix
    int status = 0;                     ///< 1: a shard is missing or unfinished
};

/// `host`: this machine's name, for the JUnit file. Throws UsageError for what is no report of this batch, SetupFailure
/// for a file that cannot be read, std::runtime_error for a JUnit file that cannot be written.
MergeAnswer merge_reports(const MergeRequest& request, const std::string& host, bool stdout_was_closed);

}  // namespace netrunner
