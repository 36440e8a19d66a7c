// What `netrunner batch` was asked for, as a plain value. The options of `run` that have a meaning for a job are in
// `job`. The parser fills it, the batch reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/cli/batch_values.hpp"
#include "src/cli/options.hpp"

namespace netrunner {

struct BatchOptions {
    Options job;  ///< `command`: the words before `:::`, with placeholders

    // Input
    std::vector<std::vector<std::string>> lists;  ///< of each `:::`
    std::optional<std::string> input_file;        ///< -a; nothing, without lists: standard input
    bool nul = false;
    bool jsonl = false;
    bool shell_lines = false;
    std::optional<std::string> shell;  ///< TEXT
    bool literal = false;
    std::optional<std::uint64_t> records_in_job;  ///< -n

    // Scheduling
    std::optional<JobsChoice> jobs;  ///< nothing: make's job server if there is one, else automatic
    HaltPolicy halt{};
    Duration batch_timeout = forever;
    ShardChoice shard{};
    std::vector<CgroupSetting> group_limits;  ///< of the group around all jobs
    bool die_with_parent = false;

    // Output
    OutputModeChoice output_mode{};
    Size spill_max = Size{1} << 30U;
    std::optional<std::string> tag;
    LineStamp::Clock timestamps = LineStamp::Clock::none;
    bool only_failed = false;  ///< --show failed
    std::optional<std::string> output_file;
    bool append = false;

    // Report
    std::optional<std::string> report;
    std::optional<std::string> resume;
    std::optional<Endpoint> events;
    std::optional<std::string> junit;
    bool progress = false;
    bool quiet = false;
    int verbose = 0;
};

}  // namespace netrunner
