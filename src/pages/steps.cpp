#include "src/pages/steps.hpp"

#include <algorithm>

namespace netrunner {
namespace {

/// The steps from `begin` to `end`, not empty, as one.
Step join_all(const Steps& steps, std::size_t begin, std::size_t end, Join join) {
    Step all{.from = steps[begin].from, .to = steps[end - 1].to};
    double sum = 0;
    double time = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const auto& value = steps[i].value;
        if (!value) continue;
        const double length = steps[i].to - steps[i].from;
        sum += *value * length;
        time += length;
        all.value = std::max(all.value.value_or(0), *value);
    }
    if (join == Join::mean && time > 0) all.value = sum / time;
    return all;
}

}  // namespace

Steps peaks_of(const Samples& timeline, std::optional<double> Samples::Row::*column) {
    Steps steps;
    for (const Samples::Row& row : timeline.rows) steps.push_back({row.from, row.to, row.*column});
    return steps;
}

Steps rates_of(const Samples& timeline, std::optional<double> Samples::Row::*column) {
    Steps steps;
    double before = 0;
    double since = 0;
    for (const Samples::Row& row : timeline.rows) {
        const auto& sum = row.*column;
        if (!sum) continue;
        steps.push_back({since, row.to, (*sum - before) / (row.to - since)});
        before = *sum;
        since = row.to;
    }
    return steps;
}

Steps joined(const Steps& steps, std::size_t most, Join join) {
    if (most == 0 || steps.size() <= most) return steps;
    Steps fewer;
    const std::size_t each = (steps.size() + most - 1) / most;
    for (std::size_t at = 0; at < steps.size(); at += each)
        fewer.push_back(join_all(steps, at, std::min(at + each, steps.size()), join));
    return fewer;
}

std::optional<double> largest(const Steps& steps) {
    std::optional<double> most;
    for (const Step& step : steps) {
        if (step.value) most = std::max(most.value_or(0), *step.value);
    }
    return most;
}

}  // namespace netrunner
