// Round numbers for the axes of charts: where their lines are, and what stands beside them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace netrunner {

struct Tick {
    double at = 0;
    std::string label{};
};

/// What the values of an axis are.
enum class Unit { seconds, bytes, bytes_per_second, count, processors, share };

struct Axis {
    double most = 1;  ///< the value at the far end: above 0
    std::vector<Tick> ticks{};
};

/// An axis from 0 that ends at or a little after `most`, with about `wanted` ticks besides 0. Time ends at `most`.
Axis axis_to(double most, Unit unit, std::size_t wanted);

}  // namespace netrunner
