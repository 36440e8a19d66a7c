#include "src/pages/highlights.hpp"

#include <algorithm>
#include <set>

#include "src/pages/process_tree.hpp"
#include "src/pages/steps.hpp"

namespace netrunner {
namespace {

using Indexes = Highlights::Indexes;

constexpr double quiet_below = 0.05;  // processors

/// The processes for which `value` is known and not 0, the largest first.
template <class Value>
Indexes by_value(const ShownRun& run, std::size_t most, Value value) {
    Indexes order;
    for (std::size_t i = 0; i < run.processes.size(); ++i) {
        if (value(i).value_or(0) > 0) order.push_back(i);
    }
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return value(a) > value(b); });
    if (order.size() > most) order.resize(most);
    return order;
}

std::optional<Highlights::Quiet> quiet_in(const Samples& timeline) {
    const Steps busy = processors_of(timeline);
    if (busy.empty()) return std::nullopt;
    Highlights::Quiet quiet;
    double since = 0;
    bool goes_on = false;
    for (const Step& step : busy) {
        const bool is_quiet = step.value.value_or(0) < quiet_below;
        if (is_quiet && !goes_on) since = step.from;
        goes_on = is_quiet;
        if (!is_quiet) continue;
        quiet.total += step.to - step.from;
        if (step.to - since > quiet.to - quiet.from) {
            quiet.from = since;
            quiet.to = step.to;
        }
    }
    return quiet;
}

}  // namespace

Highlights highlights_of(const ShownRun& run, std::size_t most) {
    Highlights found;
    const std::vector<Span> spans = spans_of(run);
    const auto peak = [&](std::size_t i) { return run.processes[i].peak; };
    found.most_cpu = by_value(run, most, [&](std::size_t i) { return run.processes[i].cpu; });
    found.most_memory = by_value(run, most, peak);
    std::set<std::size_t> parents;
    for (const Span& span : spans) {
        if (span.parent) parents.insert(*span.parent);
    }
    found.longest = by_value(run, most, [&](std::size_t i) -> std::optional<double> {
        if (parents.contains(i) || !run.processes[i].end) return std::nullopt;
        return spans[i].end - spans[i].start;
    });
    if (!run.timeline) return found;
    const auto& rows = run.timeline->rows;
    const auto highest = std::ranges::max_element(rows, {}, &Samples::Row::memory);
    if (highest != rows.end() && highest->memory) {
        found.peak_at = highest->to;
        found.at_peak = by_value(run, most, [&](std::size_t i) {
            return spans[i].start <= highest->to && spans[i].end >= highest->from ? peak(i) : std::nullopt;
        });
    }
    found.most_processes = largest(peaks_of(*run.timeline, &Samples::Row::processes));
    found.quiet = quiet_in(*run.timeline);
    return found;
}

}  // namespace netrunner
