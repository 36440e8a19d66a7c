// One chart of samples over time as HTML with SVG: steps on a time axis that takes the whole width, values on the left.
// run_charts makes the charts of a run. The text keeps its size at every width, because only the nested picture of the
// curves is stretched. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "src/pages/steps.hpp"
#include "src/pages/ticks.hpp"

namespace netrunner {

struct Chart {
    std::string id{};     ///< unique on the page
    std::string kind{};   ///< a class of the style sheet: "memory", "cpu"
    std::string title{};  ///< "Memory"; like the other texts here plain text, escaped when it is written
    std::string note{};   ///< what the values are, and their most
    Unit unit = Unit::count;

    struct Curve {
        std::string name{};  ///< for the values under the pointer; empty if there is one curve
        Steps steps{};
        Join join = Join::largest;  ///< how neighbours become one
    };
    std::vector<Curve> curves{};  ///< one or two

    double length = 1;  ///< of the time axis, in seconds
    double most = 0;    ///< of the values: the axis reaches at least so far

    struct Level {
        double at = 0;
        std::string label{};  ///< empty: none
        bool is_limit = true;
    };
    std::optional<Level> level{};  ///< a horizontal line

    struct Mark {
        double at = 0;  ///< seconds
        std::string label{};
    };
    std::vector<Mark> marks{};  ///< vertical lines, in the order of time
    bool shows_marks = false;   ///< with their labels

    std::size_t points = 600;  ///< of each curve at most
    std::size_t bands = 60;    ///< with values under the pointer, at most
};

/// A `figure`.
std::string render_chart(const Chart& chart);

/// A position from 0 to 1 on an axis as a percentage, for an attribute: "12.34%".
std::string percent(double share);

/// The lines and labels of a time axis of `length` seconds in a picture of `height` pixels, the labels below it.
std::string render_time_axis(double length, std::size_t height);

/// Vertical lines, and their labels at the top if `labelled`. Marks close to each other share a label.
std::string render_marks(const std::vector<Chart::Mark>& marks, double length, std::size_t height, bool labelled);

}  // namespace netrunner
