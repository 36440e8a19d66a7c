#include "src/pages/bar_chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "src/pages/html_text.hpp"

namespace netrunner {
namespace {

constexpr std::size_t label_height = 18;
constexpr double least_width = 0.0015;    // of the time axis: thinner bars could not be seen
constexpr double least_labelled = 0.035;  // of the time axis
constexpr std::size_t most_labels = 200;

/// Pixels from one lane to the next.
std::size_t pitch_for(std::size_t lanes) { return lanes <= 60 ? 16 : lanes <= 150 ? 8 : 4; }

std::string label_of(const Bar& bar, double width, std::size_t pitch, const std::string& x) {
    // The nested picture cuts the label off at the end of the bar.
    return fmt::format(R"(<svg x="{}" y="{}" width="{}" height="{}"><text class="{}" x="4" y="11">{}</text></svg>)", x,
                       bar.lane * pitch, percent(width), pitch - 1, bar.kind, html_text(bar.label));
}

}  // namespace

std::string render_bar_chart(const BarChart& chart) {
    const std::size_t lanes = std::clamp<std::size_t>(chart.lanes, 1, most_lanes);
    const std::size_t pitch = pitch_for(lanes);
    const std::size_t height = lanes * pitch;
    std::string bars;
    std::string labels;
    std::size_t labelled = 0;
    for (const Bar& bar : chart.bars) {
        if (bar.lane >= lanes) continue;
        const double start = std::clamp(bar.start / chart.length, 0.0, 1 - least_width);
        const double width = std::clamp(bar.end / chart.length - start, least_width, 1 - start);
        const std::string x = percent(start);
        if (!bar.link.empty()) bars += fmt::format(R"(<a href="#{}" tabindex="-1">)", html_text(bar.link));
        bars += fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>)",
                            bar.kind, x, bar.lane * pitch, percent(width), pitch - 1, html_text(bar.title));
        if (!bar.link.empty()) bars += "</a>";
        if (pitch < 16 || bar.label.empty() || width < least_labelled || labelled == most_labels) continue;
        ++labelled;
        labels += label_of(bar, width, pitch, x);
    }
    const std::string id = html_text(chart.id);
    return fmt::format(
        R"(<figure class="chart bars" id="{id}"><figcaption><b>{title}</b> <span>{note}</span></figcaption>)"
        R"(<div class="plot"><span class="y"></span>)"
        R"(<svg class="x" height="{full}" role="img" aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{title}</title>)"
        R"(<desc id="{id}-d">{note}</desc>{time}{bars}<g class="labels">{labels}</g>{marks}</svg></div></figure>)"
        "\n",
        fmt::arg("id", id), fmt::arg("title", html_text(chart.title)), fmt::arg("note", html_text(chart.note)),
        fmt::arg("full", height + label_height), fmt::arg("time", render_time_axis(chart.length, height)),
        fmt::arg("bars", bars), fmt::arg("labels", labels),
        fmt::arg("marks", render_marks(chart.marks, chart.length, height, false)));
}

}  // namespace netrunner
