// What `netrunner report show|html|trace` knows of one batch: its header, its trailer, and each job with its last end.
// Made by report_reader; a plain value. And a report of either kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/pages/shown_run.hpp"

namespace netrunner {

struct ShownJob {
    std::uint64_t number = 0;           ///< from 1; 0: not known
    std::string id{};                   ///< of --jsonl
    std::vector<std::string> values{};  ///< the record
    ShownRun run{};

    /// For people: its id, else its record, else its command. Any bytes.
    [[nodiscard]] std::string name() const;
    [[nodiscard]] bool has_failed() const { return run.status != 0; }
};

struct ShownBatch {
    std::vector<std::string> argv{};                 ///< of netrunner
    std::string shard{};                             ///< as typed; empty: the whole batch
    std::optional<double> started_at{}, ended_at{};  ///< seconds since 1970
    std::optional<int> status{};                     ///< nothing: the batch has not ended, or the line is missing
    double skipped = 0;                              ///< jobs that had succeeded before
    std::optional<double> not_started{};
    std::vector<ShownJob> jobs{};  ///< in the order of their numbers

    [[nodiscard]] std::size_t failed() const;
    /// The earliest time that is known: of the batch or of a job. Seconds since 1970.
    [[nodiscard]] std::optional<double> begin() const;
};

struct ShownReport {
    std::string name;  ///< of the file, for people
    std::variant<ShownRun, ShownBatch> content;
};

}  // namespace netrunner
