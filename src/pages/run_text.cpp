#include "src/pages/run_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "src/pages/command_gist.hpp"
#include "src/pages/highlights.hpp"
#include "src/pages/run_result.hpp"
#include "src/pages/shown_quantity.hpp"
#include "src/report/labelled_lines.hpp"
#include "src/values/visible_text.hpp"

namespace netrunner {
namespace {

using Parts = LabelledLines::Parts;
using namespace labelled_text;

constexpr std::size_t most_listed = 5;

std::string_view colour_of(RunResult::Tone tone) {
    return tone == RunResult::Tone::good ? green : tone == RunResult::Tone::bad ? red : yellow;
}

/// A text of the report, cut to one line.
std::string one_line(const std::string& text) { return cut_to(visible_text(text), part_columns); }

/// Words between blanks, so that a long text continues on the next line.
void add_text(LabelledLines& lines, std::string_view label, const std::string& text, std::string_view colour = "") {
    std::string rest = visible_text(text);
    for (int line = 0; line < 4 && !rest.empty(); ++line) {
        std::size_t end = rest.size() <= part_columns ? rest.size() : rest.rfind(' ', part_columns);
        if (end == std::string::npos || end == 0) end = rest.size();
        lines.add(line == 0 ? label : "", {cut_to(rest.substr(0, end), part_columns)}, colour);
        rest.erase(0, std::min(end + 1, rest.size()));
    }
    if (!rest.empty()) lines.add("", {"..."}, colour);
}

Parts time_parts(const ShownRun& run) {
    Parts parts;
    if (run.wall) parts.push_back(shown_time(*run.wall) + " wall");
    if (run.user) parts.push_back(shown_time(*run.user) + " user");
    if (run.system) parts.push_back(shown_time(*run.system) + " system");
    if (run.cpu() && run.wall.value_or(0) > 0) {
        const std::string used = shown_number(*run.cpu() / *run.wall);
        const auto all = run.timeline ? run.timeline->processors : std::nullopt;
        parts.push_back(all ? fmt::format("{} of {} in use", used, counted(*all, "processor", "processors"))
                            : used + " processors in use");
    }
    if (run.timeout) parts.push_back("limit " + shown_time(*run.timeout));
    return parts;
}

Parts memory_parts(const ShownRun& run, const Highlights& highlights) {
    const auto peak = run.peak();
    if (!peak) return {};
    std::string text = shown_bytes(*peak) + " peak";
    if (run.memory_limit) text += " of " + shown_bytes(*run.memory_limit);
    if (highlights.peak_at) text += " at " + shown_time(*highlights.peak_at);
    Parts parts{text};
    if (run.timeline && run.timeline->memory_source == "resident-sum") {
        parts.emplace_back("resident sizes added up");
    } else if (run.memory_source == "rusage" && !highlights.peak_at) {
        parts.emplace_back("the largest process");
    }
    if (run.oom_kills.value_or(0) > 0)
        parts.push_back(counted(*run.oom_kills, "process", "processes") + " killed by the OOM killer");
    if (run.oom_kills_above.value_or(0) > 0)
        parts.push_back(counted(*run.oom_kills_above, "process", "processes") + " killed in a group around it");
    return parts;
}

/// "cc1plus main.cpp (4242), 1m12s to 1m15s"
std::string who_and_when(const SeenProcess& process) {
    std::string text = visible_text(gist_of(process.command, 34));
    if (process.pid != 0) text += fmt::format(" ({})", process.pid);
    text += process.end ? fmt::format(", {} to {}", shown_time(process.start), shown_time(*process.end))
                        : fmt::format(", from {}, end not seen", shown_time(process.start));
    return text;
}

template <class Value>
void add_processes(LabelledLines& lines, std::string_view label, const ShownRun& run,
                   const Highlights::Indexes& indexes, Value value) {
    for (const std::size_t index : indexes) {
        const SeenProcess& process = run.processes[index];
        lines.add(label, {cut_to(fmt::format("{:>9}  {}", value(process), who_and_when(process)), part_columns)});
        label = "";
    }
}

Parts stop_parts(const ShownRun& run) {
    Parts parts{one_line(run.stop_cause)};
    for (const ShownRun::Step& step : run.steps)
        parts.push_back(fmt::format("{}{} at {}", visible_text(step.signal), step.to_command ? " to the command" : "",
                                    shown_time(step.after)));
    return parts;
}

Parts output_parts(const ShownRun& run) {
    Parts parts;
    if (run.out) parts.push_back(shown_bytes(*run.out) + " stdout");
    if (run.err) parts.push_back(shown_bytes(*run.err) + " stderr");
    return parts;
}

Parts process_parts(const ShownRun& run, const Highlights& highlights) {
    const double seen = static_cast<double>(run.processes.size()) + run.unlisted_processes;
    if (seen == 0) return {};
    Parts parts{counted(seen, "process", "processes") + " seen"};
    if (highlights.most_processes) parts.push_back(shown_number(*highlights.most_processes) + " at once at most");
    if (run.cpu_coverage)
        parts.push_back(fmt::format("{}% of the processor time", shown_number(*run.cpu_coverage * 100)));
    return parts;
}

Parts quiet_parts(const ShownRun& run, const Highlights& highlights) {
    const double length = run.length();
    if (!highlights.quiet || highlights.quiet->total < 1 || highlights.quiet->total < length / 10) return {};
    const Highlights::Quiet& quiet = *highlights.quiet;
    return {fmt::format("{} of {} with almost no processor use", shown_time(quiet.total), shown_time(length)),
            fmt::format("longest from {} to {}", shown_time(quiet.from), shown_time(quiet.to))};
}

Parts listed(const std::vector<std::string>& texts) {
    Parts parts;
    for (const std::string& text : texts) {
        if (parts.size() == most_listed) {
            parts.push_back(fmt::format("{} more", texts.size() - most_listed));
            break;
        }
        parts.push_back(cut_to(visible_text(text), part_columns - 1));  // a comma follows
    }
    return parts;
}

}  // namespace

std::string end_line_of(const ShownRun& run) {
    if (!run.message.empty()) return visible_text(run.message);
    const RunResult result = result_of(run);
    return run.error.empty() ? result.words : result.words + ": " + visible_text(run.error);
}

std::string run_text(const std::string& name, const ShownRun& run, bool coloured) {
    const RunResult result = result_of(run);
    const Highlights highlights = highlights_of(run, most_listed);
    LabelledLines lines(coloured);
    lines.add("result", {result.words, fmt::format("status {}", run.status)}, colour_of(result.tone));
    add_text(lines, "command", fmt::format("{}", fmt::join(run.command, " ")));
    add_text(lines, "verdict", run.message);
    add_text(lines, "error", run.error);
    if (run.started_at) lines.add("started", {shown_date(*run.started_at)});
    lines.add("time", time_parts(run));
    lines.add("memory", memory_parts(run, highlights));
    const auto peak = [](const SeenProcess& process) { return shown_bytes(process.peak.value_or(0)); };
    add_processes(lines, "  at peak", run, highlights.at_peak, peak);
    if (highlights.at_peak.empty()) add_processes(lines, "  largest", run, highlights.most_memory, peak);
    lines.add("processes", process_parts(run, highlights));
    add_processes(lines, "  most CPU", run, highlights.most_cpu,
                  [](const SeenProcess& process) { return shown_time(process.cpu.value_or(0)); });
    add_processes(lines, "  longest", run, highlights.longest, [](const SeenProcess& process) {
        return shown_time(process.end.value_or(process.start) - process.start);
    });
    lines.add("quiet", quiet_parts(run, highlights));
    lines.add("output", output_parts(run));
    if (!run.stop_cause.empty()) lines.add("stop", stop_parts(run));
    if (!run.attempts.empty()) lines.add("attempts", {fmt::format("{}", run.attempts.size())});
    lines.add("orphans", listed(run.orphans), yellow);
    lines.add("survivors", listed(run.survivors), red);
    return visible_text(name) + ":\n" + lines.text();
}

}  // namespace netrunner
