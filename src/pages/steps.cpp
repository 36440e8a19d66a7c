#include "src/pages/steps.hpp"

#include <algorithm>
#include <limits>

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

Steps processors_of(const Samples& samples) {
    constexpr double least = 1;  // second
    Steps steps = peaks_of(samples, &Samples::Row::cpu);
    const double processors = samples.processors.value_or(std::numeric_limits<double>::max());
    std::size_t first = 0;  // of the rows that have no value yet
    std::size_t begin = 0;  // of the rows of the mean before
    double since = 0;
    double before = 0;       // processor time at `since`
    double before_mean = 0;  // processor time at the start of the mean before
    const auto fill = [&](std::size_t from, std::size_t end, double cpu) {
        const double rate = std::min((cpu - before) / (steps[end - 1].to - since), processors);
        for (std::size_t i = from; i < end; ++i) steps[i].value = rate;
    };
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto cpu = samples.rows[i].cpu;
        const bool is_last = i + 1 == steps.size();
        if (!cpu || (steps[i].to - since < least && !is_last)) continue;
        if (steps[i].to - since < least && first > begin) {  // the rest is too short: it belongs to the mean before
            since = steps[begin].from;
            before = begin == 0 ? 0 : before_mean;
            fill(begin, i + 1, *cpu);
            first = i + 1;
            continue;
        }
        fill(first, i + 1, *cpu);
        begin = first;
        before_mean = before;
        first = i + 1;
        since = steps[i].to;
        before = *cpu;
    }
    for (std::size_t i = first; i < steps.size(); ++i) steps[i].value = std::nullopt;
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
