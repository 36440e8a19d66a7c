// Median and quantiles of many measurements of one thing. Used by the drivers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bench {

/// Interpolates between the two neighbours if no value is at that place. Returns 0 if there are no values.
inline double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const double place = part * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
}

inline double median(const std::vector<double>& values) { return quantile(values, 0.5); }

}  // namespace bench
