#include "src/pages/run_charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "src/pages/chart.hpp"
#include "src/pages/highlights.hpp"
#include "src/pages/process_chart.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

using Row = Samples::Row;

std::vector<Chart::Mark> marks_of(const ShownRun& run) {
    std::vector<Chart::Mark> marks;
    for (const ShownRun::Step& step : run.steps) marks.push_back({step.after, step.signal});
    if (run.last_start > 0) marks.push_back({run.last_start, "last attempt"});
    std::ranges::stable_sort(marks, {}, &Chart::Mark::at);
    return marks;
}

double largest_of(const Chart& chart) {
    double most = 0;
    for (const Chart::Curve& curve : chart.curves) most = std::max(most, largest(curve.steps).value_or(0));
    return most;
}

bool is_known(const Chart& chart) {
    return std::ranges::any_of(chart.curves, [](const auto& curve) { return largest(curve.steps).has_value(); });
}

Chart memory_chart(const ShownRun& run) {
    const Samples& timeline = *run.timeline;
    const Highlights highlights = highlights_of(run, 0);
    Chart chart{.kind = "memory", .title = "Memory", .unit = Unit::bytes};
    chart.curves.push_back({.steps = peaks_of(timeline, &Row::memory)});
    const double most = largest_of(chart);
    chart.note = shown_bytes(most) + " at most";
    if (highlights.peak_at) chart.note += ", at " + shown_time(*highlights.peak_at);
    if (timeline.memory_source == "resident-sum")
        chart.note += "; resident sizes added up, shared pages count repeatedly";
    if (timeline.memory_source == "cgroup") chart.note += "; of the control group, with its caches";
    if (!run.memory_limit) return chart;
    const std::string limit = "limit " + shown_bytes(*run.memory_limit);
    if (most >= *run.memory_limit / 4) {
        chart.level = {.at = *run.memory_limit, .label = limit};
    } else {
        chart.note += "; " + limit + ", above the chart";
    }
    return chart;
}

Chart cpu_chart(const ShownRun& run) {
    const Samples& timeline = *run.timeline;
    Chart chart{.kind = "cpu", .title = "CPU", .unit = Unit::processors};
    chart.curves.push_back({.steps = processors_of(timeline), .join = Join::mean});
    chart.note = "processors in use";
    if (timeline.processors) chart.note += " of " + shown_number(*timeline.processors);
    if (run.cpu() && run.wall.value_or(0) > 0)
        chart.note += ", " + shown_number(*run.cpu() / *run.wall) + " on average";
    if (timeline.processors) chart.level = {.at = *timeline.processors, .is_limit = false};
    if (timeline.processors && largest_of(chart) >= *timeline.processors / 4) chart.most = *timeline.processors;
    return chart;
}

Chart count_chart(const ShownRun& run) {
    Chart chart{.kind = "count", .title = "Processes", .unit = Unit::count};
    chart.curves.push_back({.steps = peaks_of(*run.timeline, &Row::processes)});
    chart.note = shown_number(largest_of(chart)) + " at once at most";
    if (run.process_limit && largest_of(chart) >= *run.process_limit / 4)
        chart.level = {.at = *run.process_limit, .label = "limit " + shown_number(*run.process_limit)};
    return chart;
}

/// Two sums of bytes as rates.
Chart rate_chart(const Samples& timeline, const char* kind, const char* title,
                 const std::array<std::pair<const char*, std::optional<double> Row::*>, 2>& columns) {
    Chart chart{.kind = kind, .title = title, .unit = Unit::bytes_per_second};
    double sum = 0;
    for (const auto& [name, column] : columns) {
        chart.curves.push_back({.name = name, .steps = rates_of(timeline, column), .join = Join::mean});
        for (const Row& row : timeline.rows) sum += &row == &timeline.rows.back() ? (row.*column).value_or(0) : 0;
    }
    chart.note = shown_bytes(sum) + " in all, " + shown_rate(largest_of(chart)) + " at most";
    if (largest_of(chart) == 0) chart.curves.clear();
    return chart;
}

Chart output_chart(const ShownRun& run) {
    return rate_chart(*run.timeline, "output", "Output", {{{"stdout", &Row::out}, {"stderr", &Row::err}}});
}

Chart storage_chart(const ShownRun& run) {
    return rate_chart(*run.timeline, "storage", "Storage", {{{"read", &Row::read}, {"written", &Row::written}}});
}

/// Which part of the time some process waited for memory or storage.
Chart waiting_chart(const ShownRun& run) {
    Chart chart{.kind = "waiting", .title = "Waiting", .unit = Unit::share};
    chart.curves.push_back({.name = "storage", .steps = rates_of(*run.timeline, &Row::io_waits), .join = Join::mean});
    chart.curves.push_back(
        {.name = "memory", .steps = rates_of(*run.timeline, &Row::memory_waits), .join = Join::mean});
    chart.note = "part of the time in which some process waited";
    if (largest_of(chart) < 0.01) chart.curves.clear();
    return chart;
}

/// The same chart of all runs, with the same scales.
std::string render_row(const std::vector<PageRun>& runs, double length, bool shows_marks,
                       Chart (*make)(const ShownRun&)) {
    std::vector<Chart> charts;
    double most = 0;
    for (const PageRun& each : runs) {
        Chart chart = each.run->timeline ? make(*each.run) : Chart{};
        most =
            std::max({most, largest_of(chart), chart.most, chart.level && chart.level->is_limit ? chart.level->at : 0});
        charts.push_back(std::move(chart));
    }
    if (std::ranges::none_of(charts, is_known)) return "";
    std::string text;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        Chart& chart = charts[i];
        if (!is_known(chart)) {
            text += fmt::format("<p class=\"none\">{}: not known</p>\n", runs[i].name);
            continue;
        }
        chart.id = runs[i].id + chart.kind;
        chart.title = runs[i].name.empty() ? chart.title : fmt::format("{} {}", runs[i].name, chart.title);
        chart.length = length;
        chart.most = most;
        chart.marks = marks_of(*runs[i].run);
        chart.shows_marks = shows_marks;
        chart.points = runs[i].detail.points;
        chart.bands = runs[i].detail.bands;
        text += render_chart(chart);
    }
    return fmt::format("<div class=\"row\">{}</div>\n", text);
}

}  // namespace

std::string render_run_charts(const std::vector<PageRun>& runs) {
    double length = 0.001;
    for (const PageRun& each : runs) length = std::max(length, each.run->length());
    std::string text;
    std::vector<Chart (*)(const ShownRun&)> makers{memory_chart, cpu_chart};
    if (std::ranges::all_of(runs, [](const PageRun& each) { return each.detail.is_whole; }))
        makers.insert(makers.end(), {count_chart, output_chart, storage_chart, waiting_chart});
    for (const auto make : makers) text += render_row(runs, length, text.empty(), make);
    std::string processes;
    bool any = false;
    for (const PageRun& each : runs) {
        any = any || !each.run->processes.empty();
        processes += render_process_chart(each, length, marks_of(*each.run));
    }
    if (any) text += fmt::format("<div class=\"row\">{}</div>\n", processes);
    return text;
}

}  // namespace netrunner
