// Bars over time in lanes as HTML with SVG: the processes of a run, the jobs of a batch. The text keeps its size at
// every width. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "src/pages/chart.hpp"

namespace netrunner {

struct Bar {
    double start = 0;  ///< seconds
    double end = 0;
    std::size_t lane = 0;
    std::string kind{};   ///< a class of the style sheet: "idle", "some", "busy", "bad"
    std::string title{};  ///< under the pointer
    std::string label{};  ///< in the bar, if there is room
    std::string link{};   ///< an id on the page; empty: none
};

struct BarChart {
    std::string id{};  ///< unique on the page
    std::string title{};
    std::string note{};
    std::vector<Bar> bars{};
    std::size_t lanes = 0;
    double length = 1;  ///< of the time axis, in seconds
    std::vector<Chart::Mark> marks{};
};

/// How many lanes are drawn at most; bars in further lanes are left out.
inline constexpr std::size_t most_lanes = 300;

/// A `figure`.
std::string render_bar_chart(const BarChart& chart);

}  // namespace netrunner
