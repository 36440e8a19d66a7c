#include "src/pages/shown_run.hpp"

#include <algorithm>

namespace netrunner {

double ShownRun::length() const {
    double most = wall.value_or(0) + last_start;
    if (timeline && !timeline->rows.empty()) most = std::max(most, timeline->rows.back().to);
    for (const SeenProcess& process : processes) most = std::max(most, process.end.value_or(process.start));
    for (const Step& step : steps) most = std::max(most, step.after);
    return most;
}

std::optional<double> ShownRun::peak() const {
    std::optional<double> most = memory_peak;
    if (!timeline) return most;
    for (const Samples::Row& row : timeline->rows) {
        if (row.memory) most = std::max(most.value_or(0), *row.memory);
    }
    return most;
}

}  // namespace netrunner
