// Measures cases in turn, so that other load on the machine affects all cases alike. Used by the drivers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

namespace bench {

/// Calls `measure(which, counts)` for each of `cases`, in a new order in each of `rounds`. A first round with `counts`
/// false only warms the caches.
template <class Measure>
void in_rounds(int rounds, std::size_t cases, Measure measure) {
    std::vector<std::size_t> order(cases);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937 shuffler(1);
    for (int round = 0; round <= std::max(1, rounds); ++round) {
        std::ranges::shuffle(order, shuffler);
        for (const std::size_t which : order) measure(which, round > 0);
    }
}

}  // namespace bench
