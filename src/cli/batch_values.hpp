// The values of the options that only `netrunner batch` has, and the grammar of their texts. The parser of the options
// calls it, and the reader of a report for a shard. It knows no option's name. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

// Each throws UsageError if the text is malformed.

JobsChoice jobs_value(std::string_view text);
HaltPolicy halt_value(std::string_view text);
ShardChoice shard_value(std::string_view text);
OutputModeChoice output_mode_value(const std::string& text);
/// -n
std::uint64_t records_value(std::string_view text);
/// --show: whether only the output of failed jobs is shown.
bool show_value(std::string_view text);

}  // namespace netrunner
