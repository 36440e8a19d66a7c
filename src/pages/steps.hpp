// The samples of a run as steps, each a value over a span of time: as they are, as rates, and fewer of them. The
// charts, the tables, the summary and the trace draw from these. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "src/pages/shown_run.hpp"

namespace netrunner {

struct Step {
    double from = 0;
    double to = 0;
    std::optional<double> value{};
};
using Steps = std::vector<Step>;

/// The most within each row, such as the memory.
Steps peaks_of(const Samples& timeline, std::optional<double> Samples::Row::*column);

/// How fast a sum grew within each row, in a second: the processors in use, bytes in a second. A row after one in which
/// the sum was not known covers that one too.
Steps rates_of(const Samples& timeline, std::optional<double> Samples::Row::*column);

/// The processors in use: a step for each row, with the mean over a second or more, because what the kernel tells of
/// short times comes in ticks and late. Never above the number of processors.
Steps processors_of(const Samples& samples);

/// At most `most` steps: neighbours are joined, with the larger value or with the mean over time.
enum class Join { largest, mean };
Steps joined(const Steps& steps, std::size_t most, Join join);

/// The largest value; nothing if none is known.
std::optional<double> largest(const Steps& steps);

}  // namespace netrunner
