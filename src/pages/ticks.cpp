#include "src/pages/ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

/// The smallest round number that is not below `least`: 1, 2 or 5 times a power of `base`, or a power of 2 for bytes.
double round_step(double least, Unit unit) {
    if (unit == Unit::bytes || unit == Unit::bytes_per_second) return std::exp2(std::ceil(std::log2(least)));
    if (unit == Unit::seconds && least > 1) {
        constexpr std::array<double, 18> steps{2,   5,    10,   15,   30,    60,    120,   300,   600,
                                               900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800};
        const auto* const found = std::ranges::find_if(steps, [&](double step) { return step >= least; });
        if (found != steps.end()) return *found;
        return std::ceil(least / 604'800) * 604'800;
    }
    const double power = std::pow(10, std::floor(std::log10(least)));
    for (const double times : {1.0, 2.0, 5.0}) {
        if (times * power >= least * (1 - 1e-9)) return times * power;
    }
    return 10 * power;
}

/// The smallest step that makes sense.
double finest(Unit unit) {
    switch (unit) {
        case Unit::seconds: return 0.001;
        case Unit::bytes: return 1024;
        case Unit::bytes_per_second: return 1;
        case Unit::count: return 1;
        case Unit::processors: return 0.05;
        case Unit::share: return 0.05;
    }
    return 1;
}

/// Without a second unit of which there are none: "1m", "2h".
std::string round_time(double seconds) {
    std::string text = shown_time(seconds);
    for (const std::string_view none : {"00s", "00m", "00h"}) {
        if (text.size() > 3 && text.ends_with(none)) text.resize(text.size() - 3);
    }
    return text;
}

std::string label_of(double value, Unit unit) {
    switch (unit) {
        case Unit::seconds: return value == 0 ? "0" : round_time(value);
        case Unit::bytes: return value == 0 ? "0" : shown_bytes(value);
        case Unit::bytes_per_second: return value == 0 ? "0" : shown_rate(value);
        case Unit::share: return shown_number(value * 100) + "%";
        case Unit::count:
        case Unit::processors: break;
    }
    return shown_number(value);
}

}  // namespace

Axis axis_to(double most, Unit unit, std::size_t wanted) {
    const double least = finest(unit);
    const double end = std::max(most, least);
    const double step = std::max(round_step(end / static_cast<double>(std::max<std::size_t>(wanted, 1)), unit), least);
    Axis axis;
    axis.most = unit == Unit::seconds ? end : std::ceil(end / step * (1 - 1e-9)) * step;
    const auto count = static_cast<std::size_t>(axis.most / step * (1 + 1e-9));
    for (std::size_t i = 0; i <= count; ++i) {
        const double at = static_cast<double>(i) * step;
        axis.ticks.push_back({at, label_of(at, unit)});
    }
    return axis;
}

}  // namespace netrunner
