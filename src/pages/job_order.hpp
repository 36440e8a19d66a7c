// Orders of a batch's jobs for lists: by what they took. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// Indexes of `jobs`: at most `most`, the largest value first, without jobs whose value is 0 or not known. `value`: of
/// a ShownRun, an optional<double>.
template <class Value>
std::vector<std::size_t> jobs_by(const std::vector<ShownJob>& jobs, std::size_t most, Value value) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (value(jobs[i].run).value_or(0) > 0) order.push_back(i);
    }
    const std::size_t count = std::min(most, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          const auto first = value(jobs[a].run);
                          const auto second = value(jobs[b].run);
                          return first != second ? first > second : a < b;
                      });
    order.resize(count);
    return order;
}

}  // namespace netrunner
