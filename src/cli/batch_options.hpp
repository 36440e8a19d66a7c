// The options of `netrunner batch` as a plain value, and their parser. The options of `run` that have a meaning for a
// job are in `job`; they are declared by the same lines as for `run` (docs/decisions/0043). Checks the syntax only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/cli/option_table.hpp"
#include "src/cli/options.hpp"

namespace netrunner {

/// -j
struct JobsChoice {
    enum class Kind { automatic, number, percent };
    Kind kind = Kind::automatic;
    std::uint64_t value = 0;  ///< jobs, or percent of what `automatic` gives
    friend bool operator==(const JobsChoice&, const JobsChoice&) = default;
};

/// --halt
struct HaltPolicy {
    enum class Kind { never, soon, now };
    Kind kind = Kind::never;
    std::uint64_t failures = 1;  ///< how many failed jobs halt the batch, or percent
    bool is_percent = false;
    friend bool operator==(const HaltPolicy&, const HaltPolicy&) = default;
};

/// --shard
struct ShardChoice {
    enum class Kind { none, position, hash, automatic };
    Kind kind = Kind::none;
    std::uint64_t index = 1;  ///< from 1
    std::uint64_t count = 1;
    friend bool operator==(const ShardChoice&, const ShardChoice&) = default;
};

/// --output-mode
struct OutputModeChoice {
    enum class Kind { group, ordered, line, files, null, inherit };
    Kind kind = Kind::group;
    std::string name{};  ///< the template of `files`
    friend bool operator==(const OutputModeChoice&, const OutputModeChoice&) = default;
};

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

/// The text of `netrunner help batch`.
std::string help_of_batch();

/// `words`: the options, then the command and the lists. Throws UsageError.
std::variant<BatchOptions, AskedText> parse_batch(std::span<const std::string> words);

JobsChoice jobs_value(std::string_view text);
HaltPolicy halt_value(std::string_view text);
ShardChoice shard_value(std::string_view text);
OutputModeChoice output_mode_value(const std::string& text);

/// Why `name` ("--pty"), an option of `run`, is refused for the jobs of a batch; empty: it is not.
std::string_view refusal_in_batch(std::string_view name);

/// Throws UsageError if a value in `job` has no meaning for a job: `--orphans leave`, `--stdin inherit`.
void check_job_options(const Options& job);

}  // namespace netrunner
