// One job of a batch: its command with all options, and what names it. The job maker makes it; the scheduler starts it
// and the report describes it. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/batch/job_key.hpp"
#include "src/cli/options.hpp"

namespace netrunner {

struct BatchJob {
    std::uint64_t number = 0;  ///< in the whole input, from 1, also in a shard
    std::uint64_t line = 0;    ///< where its record begins; 0: from `:::`
    std::optional<std::string> id;
    std::vector<std::string> values;  ///< the record
    Options options;                  ///< of `run`, with the command
    std::uint64_t slots = 1;
    JobKey key;
    std::string problem;  ///< why it cannot be started, `at_place`; the job has then failed (`spawn-failed`)

    /// What {id} stands for: the id, else the number.
    [[nodiscard]] std::string name() const { return id ? *id : std::to_string(number); }
};

/// `message` about a record, with where the record begins: "line 3: ...", or "record 3: ..." with -0. Unchanged for a
/// value of `:::`, whose job is named by its number already.
inline std::string at_place(std::uint64_t line, bool is_nul_ended, const std::string& message) {
    if (line == 0) return message;
    return std::string(is_nul_ended ? "record " : "line ") + std::to_string(line) + ": " + message;
}

}  // namespace netrunner
