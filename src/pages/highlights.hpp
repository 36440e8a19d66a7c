// Answers the first questions about a run from its samples and processes: what used the memory and when, what used the
// processors, what took long, where nothing happened. The text and the page show these. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "src/pages/shown_run.hpp"

namespace netrunner {

struct Highlights {
    using Indexes = std::vector<std::size_t>;  ///< of ShownRun::processes, the first is the most
    std::optional<double> peak_at{};           ///< when the most memory was in use: seconds since the start
    Indexes at_peak{};                         ///< what ran then, by its own peak
    Indexes most_cpu{};                        ///< by processor time
    Indexes most_memory{};                     ///< by its own peak
    Indexes longest{};                         ///< by duration, of those that started no other process
    std::optional<double> most_processes{};    ///< at once

    struct Quiet {
        double total = 0;  ///< seconds
        double from = 0;   ///< of the longest
        double to = 0;
    };
    /// When less than 5 % of one processor was in use; nothing if that is not known.
    std::optional<Quiet> quiet{};
};

/// `most`: how many processes each list has at most.
Highlights highlights_of(const ShownRun& run, std::size_t most);

}  // namespace netrunner
