#include "src/pages/run_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "src/pages/chart.hpp"
#include "src/pages/command_gist.hpp"
#include "src/pages/highlights.hpp"
#include "src/pages/html_text.hpp"
#include "src/pages/run_result.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_listed = 5;
constexpr std::size_t most_of_command = 400;

/// One figure with its name and a remark.
void add_fact(std::string& facts, std::string_view name, const std::string& value, const std::string& remark) {
    facts += fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", name, html_text(value),
                         remark.empty() ? "" : fmt::format("<small>{}</small>", html_text(remark)));
}

void append_remark(std::string& remark, const std::string& more) {
    if (!more.empty()) remark += (remark.empty() ? "" : ", ") + more;
}

std::string memory_remark(const ShownRun& run, const Highlights& highlights) {
    std::string remark;
    if (run.memory_limit) append_remark(remark, "of " + shown_bytes(*run.memory_limit));
    if (highlights.peak_at) append_remark(remark, "at " + shown_time(*highlights.peak_at));
    if (run.memory_source == "rusage" && !highlights.peak_at) append_remark(remark, "the largest process");
    if (run.oom_kills.value_or(0) > 0)
        append_remark(remark, fmt::format("{} killed for lack of it", shown_number(*run.oom_kills)));
    if (run.oom_kills_above.value_or(0) > 0)
        append_remark(remark, fmt::format("{} killed in a group around it", shown_number(*run.oom_kills_above)));
    return remark;
}

void add_time_facts(std::string& facts, const ShownRun& run, const Highlights& highlights) {
    if (run.wall) {
        std::string remark;
        if (run.attempts.size() > 1)
            append_remark(remark, fmt::format("of the last of {} attempts", run.attempts.size()));
        if (run.timeout) append_remark(remark, "limit " + shown_time(*run.timeout));
        if (highlights.quiet && highlights.quiet->total >= 1 && highlights.quiet->total >= run.length() / 10)
            append_remark(remark, shown_time(highlights.quiet->total) + " of it idle");
        add_fact(facts, "Duration", shown_time(*run.wall), remark);
    }
    if (run.cpu()) {
        std::string remark;
        if (run.wall.value_or(0) > 0) {
            remark = shown_number(*run.cpu() / *run.wall);
            if (run.timeline && run.timeline->processors) remark += " of " + shown_number(*run.timeline->processors);
            remark += " processors";
        }
        if (run.cpu_limit) append_remark(remark, "limit " + shown_time(*run.cpu_limit));
        add_fact(facts, "CPU time", shown_time(*run.cpu()), remark);
    }
}

std::string lifetime_of(const SeenProcess& process) {
    const std::string start = shown_time(process.start);
    return process.end ? fmt::format("{} to {}", start, shown_time(*process.end)) : "from " + start + ", end not seen";
}

template <class Value, class Text>
std::string list_of(const ShownRun& run, const Highlights::Indexes& indexes, std::string_view kind,
                    std::string_view title, Value value, Text text) {
    if (indexes.empty()) return "";
    const double most = std::max(value(run.processes[indexes.front()]), 1e-9);
    std::string items;
    for (const std::size_t index : indexes) {
        const SeenProcess& process = run.processes[index];
        const std::string pid = process.pid == 0 ? "" : fmt::format(", PID {}", process.pid);
        items += fmt::format(
            "<li><b>{}</b><span title=\"{}\">{}</span><small>{}{}</small><svg class=\"share\" "
            "aria-hidden=\"true\"><rect "
            "width=\"{}\" height=\"3\"/></svg></li>\n",
            text(value(process)), html_text(cut_to(process.command, 200)), html_text(gist_of(process.command)),
            lifetime_of(process), pid, percent(std::min(value(process) / most, 1.0)));
    }
    return fmt::format("<section class=\"{}\"><h2>{}</h2><ol>\n{}</ol></section>\n", kind, title, items);
}

}  // namespace

std::string render_result(const ShownRun& run) {
    const RunResult result = result_of(run);
    const std::string_view tone = result.tone == RunResult::Tone::good  ? "good"
                                  : result.tone == RunResult::Tone::bad ? "bad"
                                                                        : "neutral";
    return fmt::format("<strong class=\"tone {}\">{}</strong>", tone, html_text(result.words));
}

std::string render_head(const ShownRun& run, bool is_part) {
    const Highlights highlights = highlights_of(run, 0);
    std::string facts;
    add_time_facts(facts, run, highlights);
    if (const auto peak = run.peak())
        add_fact(facts, "Peak memory", shown_bytes(*peak), memory_remark(run, highlights));
    const double seen = static_cast<double>(run.processes.size()) + run.unlisted_processes;
    if (seen > 0) {
        const auto at_once = highlights.most_processes;
        add_fact(facts, "Processes", shown_number(seen), at_once ? shown_number(*at_once) + " at once" : "");
    }
    if (run.out || run.err) {
        const double sum = run.out.value_or(0) + run.err.value_or(0);
        add_fact(facts, "Output", shown_bytes(sum),
                 run.err.value_or(0) > 0 ? shown_bytes(*run.err) + " on stderr" : "");
    }
    std::string when;
    if (run.started_at) when = fmt::format("<span>started {}</span>", shown_date(*run.started_at));
    const std::string command = fmt::format("{}", fmt::join(run.command, " "));
    std::string head = fmt::format("<header class=\"head\"><p class=\"result\">{} <span>status {}</span> {}</p>\n",
                                   render_result(run), run.status, when);
    head += fmt::format("<{0}><code>{2}</code></{1}>\n", is_part ? "h3 class=\"command\"" : "h1", is_part ? "h3" : "h1",
                        html_text(cut_to(command, most_of_command)));
    const std::string& verdict = run.message.empty() ? run.error : run.message;
    if (!verdict.empty()) head += fmt::format("<p class=\"verdict\">{}</p>\n", html_text(verdict));
    if (!facts.empty()) head += fmt::format("<dl class=\"facts\">\n{}</dl>\n", facts);
    return head + "</header>\n";
}

std::string render_highlights(const ShownRun& run) {
    const Highlights highlights = highlights_of(run, most_listed);
    const auto peak = [](const SeenProcess& process) { return process.peak.value_or(0); };
    std::string lists;
    if (!highlights.at_peak.empty()) {
        lists += list_of(run, highlights.at_peak, "memory-list", "Largest when the memory was at its peak", peak,
                         shown_bytes);
    } else {
        lists += list_of(run, highlights.most_memory, "memory-list", "Most memory", peak, shown_bytes);
    }
    lists += list_of(
        run, highlights.most_cpu, "cpu-list", "Most CPU time",
        [](const SeenProcess& process) { return process.cpu.value_or(0); }, shown_time);
    lists += list_of(
        run, highlights.longest, "long-list", "Longest, without those that waited for a child",
        [&](const SeenProcess& process) { return process.end.value_or(process.start) - process.start; }, shown_time);
    return lists.empty() ? "" : fmt::format("<div class=\"lists\">\n{}</div>\n", lists);
}

}  // namespace netrunner
