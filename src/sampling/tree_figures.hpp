// What one look at the tree of a run has found, for all who show or judge it: the limits, the heartbeat, the progress
// line, the answer to `status`, and --sample. A plain value; TreeReader makes it.
#pragma once

#include <cstddef>
#include <optional>

#include "src/sampling/timeline.hpp"
#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct TreeFigures {
    TimePoint at{};                ///< when the look was over
    Duration took{};               ///< how long it took
    std::size_t processes = 0;     ///< that live
    std::optional<Size> memory{};  ///< bytes
    bool of_group = false;  ///< the memory is the group's charge; otherwise it is the sum of resident sizes, in which
                            ///< shared pages count once for each process
    std::optional<Size> resident{};  ///< that sum, if it was asked for
    std::size_t hidden = 0;          ///< processes that /proc does not show (hidepid); then `resident` lacks them
    std::optional<Duration> cpu{};   ///< so far, with what the guard has reaped
    std::optional<Size> read{};      ///< so far, from the disk, bytes
    std::optional<Size> written{};
    std::optional<Pressure> pressure{};  ///< of the group, as the kernel counts it
};

}  // namespace netrunner
