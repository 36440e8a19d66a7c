#include "src/pages/run_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "src/pages/command_gist.hpp"
#include "src/pages/html_text.hpp"
#include "src/pages/process_chart.hpp"
#include "src/pages/run_charts.hpp"
#include "src/pages/run_facts.hpp"
#include "src/pages/run_result.hpp"
#include "src/pages/sample_table.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

constexpr std::string_view legend =
    "<p class=\"legend\"><span>mostly waiting</span> <span class=\"l-some\">some CPU</span> <span "
    "class=\"l-busy\">half "
    "of the time or more on a processor</span> <span class=\"l-bad\">failed or killed</span></p>\n";

/// `level`: of its heading.
std::string list_of(std::string_view title, const std::vector<std::string>& items, int level) {
    if (items.empty()) return "";
    std::string text;
    for (const std::string& item : items) text += fmt::format("<li>{}</li>\n", html_text(item));
    return fmt::format("<h{0}>{1}</h{0}>\n<ul class=\"plain\">\n{2}</ul>\n", level, title, text);
}

std::vector<std::string> stop_items(const ShownRun& run) {
    std::vector<std::string> items;
    if (run.stop_cause.empty()) return items;
    items.push_back("cause: " + run.stop_cause);
    for (const ShownRun::Step& step : run.steps)
        items.push_back(fmt::format("{}: {} to the {}", shown_time(step.after), step.signal,
                                    step.to_command ? "command" : "whole tree"));
    for (const ShownRun::Change& change : run.changes)
        items.push_back(fmt::format("{}: time limit changed to {}", shown_time(change.after),
                                    change.timeout ? shown_time(*change.timeout) : std::string("none")));
    return items;
}

std::vector<std::string> attempt_items(const ShownRun& run) {
    std::vector<std::string> items;
    for (const ShownRun::Attempt& attempt : run.attempts)
        items.push_back(fmt::format("{}, status {}{}", attempt.reason, attempt.status,
                                    attempt.wall ? ", after " + shown_time(*attempt.wall) : std::string()));
    return items;
}

/// The command line word by word, and where it ran.
std::string render_words(const ShownRun& run) {
    constexpr std::size_t most_words = 500;
    std::string words;
    for (std::size_t i = 0; i < std::min(run.command.size(), most_words); ++i)
        words += html_text(cut_to(run.command[i], 2000)) + "\n";
    if (run.command.size() > most_words) words += fmt::format("and {} more\n", run.command.size() - most_words);
    std::string place;
    if (!run.directory.empty()) place = fmt::format("<p>In <code>{}</code></p>\n", html_text(run.directory));
    return fmt::format(
        "<details><summary>Command line, word by word</summary>{}<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"Command line\"><pre>{}</pre></div></details>\n",
        place, words);
}

/// How much `value` differs from `first`: "+12%".
std::string difference(const std::optional<double>& value, const std::optional<double>& first) {
    if (!value || !first || *first <= 0) return "";
    const double change = (*value / *first - 1) * 100;
    if (*value / *first >= 10) return fmt::format("<small>{} times</small>", shown_number(*value / *first));
    if (std::abs(change) < 0.5) return "<small>same</small>";
    return fmt::format("<small>{}{}%</small>", change > 0 ? "+" : "", shown_number(std::round(change)));
}

template <class Value, class Text>
std::string compared(std::string_view name, const std::vector<PageRun>& runs, Value value, Text text) {
    std::string cells;
    for (const PageRun& each : runs) {
        const std::optional<double> own = value(*each.run);
        cells += fmt::format("<td>{}{}</td>", own ? text(*own) : "",
                             &each == &runs.front() ? "" : difference(own, value(*runs.front().run)));
    }
    return fmt::format("<tr><th scope=\"row\">{}</th>{}</tr>\n", name, cells);
}

}  // namespace

std::string render_run_details(const PageRun& page_run) {
    const ShownRun& run = *page_run.run;
    const int level = page_run.detail.is_whole ? 2 : 4;
    std::string text = page_run.detail.is_whole ? render_highlights(run) : "";
    text += render_run_charts({page_run});
    if (!run.processes.empty()) text += legend;
    text += list_of("Stop", stop_items(run), level);
    text += list_of("Attempts", attempt_items(run), level);
    text += list_of("Processes that outlived the command", run.orphans, level);
    text += list_of("Processes that could not be ended", run.survivors, level);
    if (!page_run.detail.is_whole) return text;
    return text + render_process_table(page_run) + render_sample_table(page_run);
}

std::string render_run(const PageRun& page_run) {
    std::string text = render_head(*page_run.run, false);
    text += render_run_details(page_run);
    if (!page_run.run->timeline)
        text +=
            "<p class=\"note\">This report has no samples. With <code>netrunner run --sample</code> the page shows "
            "memory, CPU, output and processes over time.</p>\n";
    text += render_words(*page_run.run);
    return fmt::format("<section class=\"run\">\n{}</section>\n", text);
}

std::string render_comparison(const std::vector<PageRun>& runs, const std::vector<std::string>& names) {
    std::string heads;
    std::string commands;
    std::string results;
    std::string verdicts;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        heads += fmt::format("<th scope=\"col\">{} <small>{}</small></th>", runs[i].name, html_text(names[i]));
        commands += fmt::format("<td class=\"words\"><code>{}</code></td>",
                                html_text(cut_to(fmt::format("{}", fmt::join(runs[i].run->command, " ")), 200)));
        results += fmt::format("<td>{}</td>", render_result(*runs[i].run));
        verdicts += fmt::format("<td class=\"words\">{}</td>", html_text(cut_to(runs[i].run->message, 300)));
    }
    std::string rows = fmt::format("<tr><th scope=\"row\">Command</th>{}</tr>\n", commands);
    rows += fmt::format("<tr><th scope=\"row\">Result</th>{}</tr>\n", results);
    if (std::ranges::any_of(runs, [](const PageRun& each) { return !each.run->message.empty(); }))
        rows += fmt::format("<tr><th scope=\"row\">Verdict</th>{}</tr>\n", verdicts);
    rows += compared(
        "Duration", runs, [](const ShownRun& run) { return run.wall; }, shown_time);
    rows += compared(
        "CPU time", runs, [](const ShownRun& run) { return run.cpu(); }, shown_time);
    rows += compared(
        "Peak memory", runs, [](const ShownRun& run) { return run.peak(); }, shown_bytes);
    rows += compared(
        "Processes", runs,
        [](const ShownRun& run) -> std::optional<double> {
            const double seen = static_cast<double>(run.processes.size()) + run.unlisted_processes;
            return seen > 0 ? std::optional(seen) : std::nullopt;
        },
        shown_number);
    rows += compared(
        "Output", runs,
        [](const ShownRun& run) -> std::optional<double> {
            if (!run.out && !run.err) return std::nullopt;
            return run.out.value_or(0) + run.err.value_or(0);
        },
        shown_bytes);
    std::string text = fmt::format(
        "<h1>{} runs compared</h1>\n<p class=\"note\">The charts have the same scales; differences are to A.</p>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Comparison\"><table "
        "class=\"compared\"><thead><tr><td></td>{}"
        "</tr></thead><tbody>\n{}</tbody></table></div>\n",
        runs.size(), heads, rows);
    text += render_run_charts(runs);
    text += legend;
    for (const PageRun& each : runs) text += render_process_table(each);
    for (const PageRun& each : runs) text += render_sample_table(each);
    return fmt::format("<section class=\"run\">\n{}</section>\n", text);
}

}  // namespace netrunner
