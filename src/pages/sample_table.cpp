#include "src/pages/sample_table.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "src/pages/shown_quantity.hpp"
#include "src/pages/steps.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_rows = 60;

using Row = Samples::Row;

struct Column {
    std::string_view name;
    std::optional<double> Row::*field;
    bool is_sum;  ///< then its rate is shown
    std::string (*text)(double value);
};

constexpr std::array<Column, 7> columns{{
    {"Memory", &Row::memory, false, shown_bytes},
    {"CPU", &Row::cpu, true, shown_number},
    {"Processes", &Row::processes, false, shown_number},
    {"stdout", &Row::out, true, shown_rate},
    {"stderr", &Row::err, true, shown_rate},
    {"Read", &Row::read, true, shown_rate},
    {"Written", &Row::written, true, shown_rate},
}};

}  // namespace

std::string render_sample_table(const PageRun& page_run) {
    const auto& timeline = page_run.run->timeline;
    if (!timeline || timeline->rows.empty()) return "";
    const Steps times = joined(peaks_of(*timeline, &Row::memory), most_rows, Join::largest);
    std::string heads;
    std::array<Steps, columns.size()> cells;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const Column& column = columns[c];
        // A rate has one step for each row only if the sum is known in all of them.
        const Steps steps = column.field == &Row::cpu ? processors_of(*timeline)
                            : column.is_sum           ? rates_of(*timeline, column.field)
                                                      : peaks_of(*timeline, column.field);
        if (steps.size() != timeline->rows.size()) continue;
        cells[c] = joined(steps, most_rows, column.is_sum ? Join::mean : Join::largest);
        heads += fmt::format("<th>{}</th>", column.name);
    }
    std::string rows;
    for (std::size_t i = 0; i < times.size(); ++i) {
        rows += fmt::format("<tr><td>{}</td>", shown_time(times[i].to));
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (cells[c].empty()) continue;
            rows += fmt::format("<td>{}</td>", cells[c][i].value ? columns[c].text(*cells[c][i].value) : "");
        }
        rows += "</tr>\n";
    }
    const std::string name = fmt::format("{}Samples as a table", page_run.name.empty() ? "" : page_run.name + ": ");
    return fmt::format(
        "<details><summary>{0}</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">"
        "<table><thead><tr><th>Until</th>{1}</tr></thead><tbody>\n{2}</tbody></table></div></details>\n",
        name, heads, rows);
}

}  // namespace netrunner
