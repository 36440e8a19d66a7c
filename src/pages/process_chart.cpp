#include "src/pages/process_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>

#include "src/pages/bar_chart.hpp"
#include "src/pages/command_gist.hpp"
#include "src/pages/html_text.hpp"
#include "src/pages/process_tree.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_in_table = 100;

/// How a process ended; empty if it is not known.
std::string end_of(const SeenProcess& process) {
    if (!process.signal.empty()) return process.signal;
    return process.exit_code ? fmt::format("{}", *process.exit_code) : "";
}

/// By how much of its time a process used a processor.
std::string kind_of(const SeenProcess& process, const Span& span) {
    if (process.has_failed()) return "bad";
    if (!process.end) return "some";
    const double share = process.cpu.value_or(0) / std::max(span.end - span.start, 0.001);
    return share < 0.05 ? "idle" : share < 0.5 ? "some" : "busy";
}

std::string title_of(const SeenProcess& process, const Span& span, std::size_t most) {
    std::string title = cut_to(process.command, most);
    if (process.pid != 0) title += fmt::format(" ({})", process.pid);
    title += process.end ? fmt::format(" \xc2\xb7 {}, {} to {}", shown_time(span.end - span.start),
                                       shown_time(span.start), shown_time(span.end))
                         : fmt::format(" \xc2\xb7 from {}, end not seen", shown_time(span.start));
    if (process.cpu) title += ", CPU " + shown_time(*process.cpu);
    if (process.peak) title += ", " + shown_bytes(*process.peak);
    if (!process.signal.empty()) {
        title += ", " + process.signal;
    } else if (process.exit_code.value_or(0) != 0) {
        title += ", exit " + end_of(process);
    }
    return title;
}

/// The indexes of at most `most` processes with the most CPU.
std::vector<std::size_t> by_cpu(const ShownRun& run, std::size_t most) {
    std::vector<std::size_t> order(run.processes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return run.processes[a].cpu.value_or(0) > run.processes[b].cpu.value_or(0);
    });
    order.resize(std::min(order.size(), most));
    return order;
}

std::string note_of(const ShownRun& run, std::size_t drawn) {
    std::string note =
        drawn < run.processes.size()
            ? fmt::format("the {} with the most CPU of {}", drawn,
                          shown_number(static_cast<double>(run.processes.size()) + run.unlisted_processes))
            : counted(static_cast<double>(drawn), "process", "processes");
    if (drawn == run.processes.size() && run.unlisted_processes > 0) {
        note += fmt::format(" and {} others", shown_number(run.unlisted_processes));
        if (run.unlisted_cpu) note += fmt::format(" (CPU {})", shown_time(*run.unlisted_cpu));
    }
    if (run.cpu_coverage) note += fmt::format("; {}% of the CPU", shown_number(*run.cpu_coverage * 100));
    return note + "; a child is below its parent";
}

}  // namespace

std::string render_process_chart(const PageRun& page_run, double length, const std::vector<Chart::Mark>& marks) {
    const ShownRun& run = *page_run.run;
    if (run.processes.empty()) return "<p class=\"none\">no processes were recorded</p>\n";
    const std::vector<Span> spans = spans_of(run);
    std::vector<std::size_t> drawn = by_cpu(run, page_run.detail.processes);
    const std::size_t most_text = std::clamp<std::size_t>(page_run.detail.text / drawn.size(), 40, 200);
    std::ranges::sort(drawn);
    std::vector<std::optional<std::size_t>> place(spans.size());
    std::vector<Span> shown;
    for (const std::size_t index : drawn) {
        Span span = spans[index];
        if (span.parent) span.parent = place[*span.parent];
        place[index] = shown.size();
        shown.push_back(span);
    }
    const Lanes lanes = lanes_for(shown);
    BarChart chart{.id = page_run.id + "processes",
                   .title = page_run.name.empty() ? "Process tree" : page_run.name + " Process tree",
                   .note = note_of(run, drawn.size()),
                   .lanes = lanes.count,
                   .length = length,
                   .marks = marks};
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const SeenProcess& process = run.processes[drawn[i]];
        chart.bars.push_back({.start = shown[i].start,
                              .end = shown[i].end,
                              .lane = lanes.of[i],
                              .kind = kind_of(process, shown[i]),
                              .title = title_of(process, shown[i], most_text),
                              .label = gist_of(process.command)});
    }
    return render_bar_chart(chart);
}

std::string render_process_table(const PageRun& page_run) {
    const ShownRun& run = *page_run.run;
    if (run.processes.empty()) return "";
    const std::vector<Span> spans = spans_of(run);
    const std::vector<std::size_t> order = by_cpu(run, std::min(most_in_table, page_run.detail.processes));
    const std::size_t most_text = std::clamp<std::size_t>(page_run.detail.text / 8 / order.size(), 40, 200);
    std::string rows;
    for (const std::size_t index : order) {
        const SeenProcess& process = run.processes[index];
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                            html_text(cut_to(process.command, most_text)), process.pid == 0 ? 0 : process.pid,
                            process.cpu ? shown_time(*process.cpu) : "", process.peak ? shown_bytes(*process.peak) : "",
                            shown_time(process.start), process.end ? shown_time(*process.end - process.start) : "",
                            html_text(end_of(process)));
    }
    const std::string name = fmt::format(
        "{}Processes as a table{}", page_run.name.empty() ? "" : page_run.name + ": ",
        order.size() < run.processes.size() ? fmt::format(", the {} with the most CPU", order.size()) : std::string());
    return fmt::format(
        "<details><summary>{0}</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">"
        "<table class=\"first-text\"><thead><tr><th>Command</th><th>PID</th><th>CPU</th><th>Peak "
        "memory</th><th>Start</th>"
        "<th>Duration</th><th>End</th></tr></thead><tbody>\n{1}</tbody></table></div></details>\n",
        name, rows);
}

}  // namespace netrunner
