#include "src/pages/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "src/pages/html_text.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

constexpr std::size_t plot_height = 96;  // pixels
constexpr std::size_t label_height = 18;
constexpr double picture_width = 4000;  // of the stretched picture, in its own units
constexpr double picture_height = 400;

long scaled(double value, double most, double size) { return std::lround(std::clamp(value / most, 0.0, 1.0) * size); }

/// The outline of the area below the steps; a gap where the value is not known.
std::string outline_of(const Steps& steps, double length, double most) {
    std::string path;
    long before = -1;  // the height of the outline so far; below 0: it has not begun
    long x = 0;
    const auto close = [&] {
        if (before >= 0) path += fmt::format("V{}Z", static_cast<int>(picture_height));
        before = -1;
    };
    for (const Step& step : steps) {
        const long from = scaled(step.from, length, picture_width);
        const long to = scaled(step.to, length, picture_width);
        if (!step.value || (before >= 0 && from > x)) close();
        if (!step.value) continue;
        const long y = static_cast<long>(picture_height) - scaled(*step.value, most, picture_height);
        if (before < 0) {
            path += fmt::format("M{} {}V{}H{}", from, static_cast<int>(picture_height), y, to);
        } else if (before == y && path.rfind('H') != std::string::npos) {
            path.erase(path.rfind('H'));
            path += fmt::format("H{}", to);
        } else {
            path += fmt::format("V{}H{}", y, to);
        }
        before = y;
        x = to;
    }
    close();
    return path;
}

std::string value_text(double value, Unit unit) {
    switch (unit) {
        case Unit::seconds: return shown_time(value);
        case Unit::bytes: return shown_bytes(value);
        case Unit::bytes_per_second: return shown_rate(value);
        case Unit::share: return shown_number(value * 100) + "%";
        case Unit::count:
        case Unit::processors: break;
    }
    return shown_number(value);
}

/// Areas that show their values under the pointer.
std::string bands_of(const Chart& chart) {
    std::string bands;
    std::vector<Steps> curves;
    for (const Chart::Curve& curve : chart.curves) curves.push_back(joined(curve.steps, chart.bands, curve.join));
    if (curves.empty() || chart.bands == 0) return bands;
    for (std::size_t i = 0; i < curves.front().size(); ++i) {
        const Step& first = curves.front()[i];
        std::string text;
        for (std::size_t c = 0; c < curves.size(); ++c) {
            if (i >= curves[c].size() || !curves[c][i].value) continue;
            const std::string& name = chart.curves[c].name;
            text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", name, name.empty() ? "" : " ",
                                value_text(*curves[c][i].value, chart.unit));
        }
        if (text.empty()) continue;
        const double from = std::min(first.from / chart.length, 1.0);
        const double to = std::min(first.to / chart.length, 1.0);
        bands +=
            fmt::format(R"(<rect x="{}" width="{}" height="{}"><title>{} to {}: {}</title></rect>)", percent(from),
                        percent(to - from), plot_height, shown_time(first.from), shown_time(first.to), html_text(text));
    }
    return bands;
}

/// From the top, in pixels.
double height_of(double value, double most) {
    return static_cast<double>(plot_height) * (1 - std::clamp(value / most, 0.0, 1.0));
}

std::string level_of(const Chart::Level& level, double most) {
    const double y = height_of(level.at, most);
    const std::string label = level.label.empty() ? ""
                                                  : fmt::format(R"(<text x="4" y="{:.1f}">{}</text>)",
                                                                y < 14 ? y + 11 : y - 4, html_text(level.label));
    return fmt::format(R"(<g class="{}"><line x1="0" x2="100%" y1="{:.1f}" y2="{:.1f}"/>{}</g>)",
                       level.is_limit ? "limit" : "level", y, y, label);
}

}  // namespace

std::string percent(double share) {
    std::string text = fmt::format("{:.2f}", share * 100);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text + '%';
}

std::string render_time_axis(double length, std::size_t height) {
    std::string lines;
    std::string labels;
    std::size_t number = 0;
    for (const Tick& tick : axis_to(length, Unit::seconds, 8).ticks) {
        const double at = tick.at / length;
        const std::string x = percent(at);
        lines += fmt::format(R"(<line x1="{}" x2="{}" y1="0" y2="{}"/>)", x, x, height);
        const std::string_view place = tick.at == 0 ? " class=\"first\"" : at > 0.97 ? " class=\"last\"" : "";
        labels += fmt::format(R"(<text x="{}" y="{}"{}>{}</text>)", x, height + 13,
                              place.empty() && number % 2 == 1 ? " class=\"odd\"" : place, tick.label);
        ++number;
    }
    return fmt::format(R"(<g class="grid">{}</g><g class="time">{}</g>)", lines, labels);
}

std::string render_marks(const std::vector<Chart::Mark>& marks, double length, std::size_t height, bool labelled) {
    constexpr double close = 0.15;
    std::string text;
    for (std::size_t i = 0; i < marks.size();) {
        const double first = std::min(marks[i].at / length, 1.0);
        std::string label;
        for (; i < marks.size() && marks[i].at / length - first < close; ++i) {
            const std::string x = percent(std::min(marks[i].at / length, 1.0));
            text += fmt::format(R"(<line x1="{}" x2="{}" y1="0" y2="{}"/>)", x, x, height);
            if (!label.ends_with(marks[i].label)) label += (label.empty() ? "" : ", ") + marks[i].label;
        }
        if (labelled)
            text += fmt::format(R"(<text x="{}" y="10" dx="{}"{}>{}</text>)", percent(first), first > 0.5 ? -4 : 4,
                                first > 0.5 ? " class=\"before\"" : "", html_text(label));
    }
    return text.empty() ? "" : fmt::format(R"(<g class="marks">{}</g>)", text);
}

std::string render_chart(const Chart& chart) {
    const double least = chart.level && chart.level->is_limit ? chart.level->at : 0;
    const Axis axis = axis_to(std::max(chart.most, least), chart.unit, 3);
    std::string values;
    std::string grid;
    for (const Tick& tick : axis.ticks) {
        const double y = height_of(tick.at, axis.most);
        grid += fmt::format(R"(<line x1="0" x2="100%" y1="{0:.1f}" y2="{0:.1f}"/>)", y);
        values += fmt::format(R"(<text x="100%" y="{:.1f}">{}</text>)", std::clamp(y + 4, 9.0, 96.0), tick.label);
    }
    std::string curves;
    for (std::size_t i = 0; i < chart.curves.size(); ++i) {
        const Steps steps = joined(chart.curves[i].steps, chart.points, chart.curves[i].join);
        curves += fmt::format(R"(<path class="c{}" d="{}"/>)", i + 1, outline_of(steps, chart.length, axis.most));
    }
    std::string keys;
    for (std::size_t i = 0; i < chart.curves.size() && chart.curves.size() > 1; ++i)
        keys += fmt::format(R"( <span class="key k{}">{}</span>)", i + 1, html_text(chart.curves[i].name));
    const std::string id = html_text(chart.id);
    return fmt::format(
        R"(<figure class="chart of-{kind}" id="{id}"><figcaption><b>{title}</b>{keys} <span>{note}</span></figcaption>)"
        R"(<div class="plot"><svg class="y" height="{height}" aria-hidden="true">{values}</svg>)"
        R"(<svg class="x" height="{full}" role="img" aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{title}</title>)"
        R"(<desc id="{id}-d">{note}</desc>{time}<g class="grid">{grid}</g>)"
        R"(<svg height="{height}" viewBox="0 0 {pw} {ph}" preserveAspectRatio="none">{curves}</svg>{level}{marks})"
        R"(<g class="bands">{bands}</g></svg></div></figure>)"
        "\n",
        fmt::arg("id", id), fmt::arg("kind", chart.kind), fmt::arg("title", html_text(chart.title)),
        fmt::arg("keys", keys), fmt::arg("note", html_text(chart.note)), fmt::arg("height", plot_height),
        fmt::arg("full", plot_height + label_height), fmt::arg("values", values),
        fmt::arg("time", render_time_axis(chart.length, plot_height)), fmt::arg("grid", grid),
        fmt::arg("pw", static_cast<int>(picture_width)), fmt::arg("ph", static_cast<int>(picture_height)),
        fmt::arg("curves", curves),
        fmt::arg("level", chart.level && chart.level->at <= axis.most ? level_of(*chart.level, axis.most) : ""),
        fmt::arg("marks", render_marks(chart.marks, chart.length, plot_height, chart.shows_marks)),
        fmt::arg("bands", bands_of(chart)));
}

}  // namespace netrunner
