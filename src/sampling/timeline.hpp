// What a run has used over time (--sample): rows of equal intervals, at most 600. If there are more, neighbours become
// one row and the interval doubles. RunRecorder fills it, the report has its rows. Pure: it is given the time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

/// Seconds in which some process of the control group waited for the processor, for memory and for the disk.
using Pressure = std::array<Duration, 3>;

/// What is known of a run at one time. Nothing in a field: it is not known.
struct Sample {
    Duration t{};  ///< since the start of the run
    // so far:
    std::optional<Duration> cpu{};
    std::optional<Size> read{};  ///< from the disk, bytes
    std::optional<Size> written{};
    std::optional<Size> output{};  ///< bytes passed on
    std::optional<Size> error{};
    std::optional<Pressure> pressure{};
    // at that time; in a row: the most of its interval
    std::optional<Size> memory{};
    std::optional<std::uint64_t> processes{};
    std::optional<double> busy{};  ///< processors in use
};

class Timeline {
  public:
    static constexpr std::size_t most_rows = 600;

    /// `interval`: of the rows, at first.
    explicit Timeline(Duration interval) : interval_(interval), row_end_(interval) {}

    /// Takes what is known at `sample.t`, which is not before the last one's. What is counted so far never falls.
    void note(const Sample& sample);
    /// Ends the last row.
    void end();

    [[nodiscard]] std::span<const Sample> rows() const { return rows_; }
    [[nodiscard]] Duration interval() const { return interval_; }
    /// The last value of each count, and the time of the last sample.
    [[nodiscard]] const Sample& so_far() const { return so_far_; }

  private:
    void merge_neighbours();

    Duration interval_;
    Duration row_end_;
    std::vector<Sample> rows_;
    std::optional<Sample> open_;  ///< the row that goes on
    Sample so_far_;
};

}  // namespace netrunner
