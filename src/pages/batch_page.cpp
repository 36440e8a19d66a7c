#include "src/pages/batch_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

#include "src/pages/bar_chart.hpp"
#include "src/pages/command_gist.hpp"
#include "src/pages/html_text.hpp"
#include "src/pages/job_order.hpp"
#include "src/pages/lanes.hpp"
#include "src/pages/run_facts.hpp"
#include "src/pages/run_page.hpp"
#include "src/pages/run_result.hpp"
#include "src/pages/run_text.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_failures = 100;  // in the list
constexpr std::size_t most_listed = 10;     // of jobs that took most
constexpr std::size_t most_bars = 5000;
constexpr std::size_t most_rows = 500;            // of the table of all jobs
constexpr std::size_t most_detailed = 800'000;    // bytes for the charts of all jobs
constexpr std::size_t most_sections = 1'000'000;  // bytes, with the jobs that have failed and have no charts

using Indexes = std::vector<std::size_t>;

std::string id_of(const std::string& id, std::size_t index) { return fmt::format("{}j{}", id, index + 1); }

std::string short_name(const ShownJob& job) { return cut_to(job.name(), 80); }

/// The sections of jobs, failures first, then the longest; as many as there is room for.
struct JobSections {
    std::string text{};
    std::set<std::size_t> jobs{};
    std::size_t wanted = 0;       ///< jobs that have charts or have failed
    std::size_t with_charts = 0;  ///< jobs whose charts are shown
};

JobSections render_sections(const ShownBatch& batch, const std::string& id) {
    Indexes order;
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        if (batch.jobs[i].run.timeline || !batch.jobs[i].run.processes.empty() || batch.jobs[i].has_failed())
            order.push_back(i);
    }
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const ShownJob& first = batch.jobs[a];
        const ShownJob& second = batch.jobs[b];
        if (first.has_failed() != second.has_failed()) return first.has_failed();
        return first.run.wall.value_or(0) > second.run.wall.value_or(0);
    });
    const Detail detail = order.size() > 5
                              ? Detail{.points = 120, .bands = 0, .processes = 60, .text = 3'000, .is_whole = false}
                              : Detail{};
    JobSections sections{.wanted = order.size()};
    for (const std::size_t index : order) {
        const ShownJob& job = batch.jobs[index];
        const bool has_charts = sections.text.size() < most_detailed;
        if (sections.text.size() > most_sections || (!has_charts && !job.has_failed())) break;
        const std::string own = id_of(id, index);
        sections.jobs.insert(index);
        sections.with_charts += has_charts ? 1 : 0;
        // The id is within the closed part, so that a link to it opens it.
        sections.text += fmt::format(
            "<details class=\"job\"><summary>{} {} <b>{}</b> <small>{}</small></summary><div "
            "id=\"{}\">\n{}{}</div></details>\n",
            render_result(job.run), job.number, html_text(short_name(job)),
            job.run.wall ? shown_time(*job.run.wall) : "", own, render_head(job.run, true),
            has_charts ? render_run_details({.run = &job.run, .id = own + "-", .detail = detail}) : "");
    }
    return sections;
}

/// A job's number and name, with a link to its charts if there are any.
std::string linked(const ShownBatch& batch, const std::string& id, std::size_t index, const JobSections& sections) {
    const ShownJob& job = batch.jobs[index];
    std::string name = fmt::format("{} {}", job.number, html_text(short_name(job)));
    if (!sections.jobs.contains(index)) return name;
    return fmt::format("<a href=\"#{}\">{}</a>", id_of(id, index), name);
}

std::string_view kind_of(const ShownRun& run) {
    switch (result_of(run).tone) {
        case RunResult::Tone::good: return "good";
        case RunResult::Tone::bad: return "bad";
        case RunResult::Tone::neutral: break;
    }
    return "neutral";
}

std::string render_job_bars(const ShownBatch& batch, const std::string& id, const JobSections& sections) {
    const double begin = batch.begin().value_or(0);
    Indexes order;
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        if (batch.jobs[i].run.started_at) order.push_back(i);
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t i) {
        return std::max(*batch.jobs[i].run.started_at - begin - batch.jobs[i].run.last_start, 0.0);
    });
    if (order.size() > most_bars) order.resize(most_bars);
    if (order.empty()) return "";
    std::vector<Span> spans;
    BarChart chart{.id = id + "jobs", .title = "Jobs", .length = 0.001};
    for (const std::size_t index : order) {
        const ShownRun& run = batch.jobs[index].run;
        const double start = *run.started_at - begin;
        spans.push_back({.start = std::max(start - run.last_start, 0.0), .end = start + run.wall.value_or(0)});
        chart.length = std::max(chart.length, spans.back().end);
    }
    const Lanes lanes = lanes_for(spans);
    chart.lanes = lanes.count;
    chart.note = fmt::format("{} at once at most", lanes.count);
    if (order.size() < batch.jobs.size())
        chart.note += fmt::format("; the first {} of {}", order.size(), batch.jobs.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const ShownJob& job = batch.jobs[order[i]];
        chart.bars.push_back({.start = spans[i].start,
                              .end = spans[i].end,
                              .lane = lanes.of[i],
                              .kind = std::string(kind_of(job.run)),
                              .title = fmt::format("{} {} \xc2\xb7 {}, {}", job.number, short_name(job),
                                                   shown_time(job.run.wall.value_or(0)), result_of(job.run).words),
                              .label = short_name(job),
                              .link = sections.jobs.contains(order[i]) ? id_of(id, order[i]) : std::string()});
    }
    return render_bar_chart(chart) +
           "<p class=\"legend\"><span class=\"l-busy\">succeeded</span> <span class=\"l-bad\">failed</span> <span "
           "class=\"l-neutral\">cancelled</span></p>\n";
}

std::string row_of(const ShownBatch& batch, const std::string& id, std::size_t index, const JobSections& sections) {
    const ShownRun& run = batch.jobs[index].run;
    return fmt::format("<tr><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       linked(batch, id, index, sections), html_text(cut_to(end_line_of(run), 300)),
                       run.wall ? shown_time(*run.wall) : "", run.cpu() ? shown_time(*run.cpu()) : "",
                       run.peak() ? shown_bytes(*run.peak()) : "");
}

std::string table_of(const std::string& name, const std::string& rows) {
    return fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"first-text\"><thead><tr>"
        "<th>Job</th><th class=\"text\">How it ended</th><th>Duration</th><th>CPU time</th><th>Peak memory</th></tr>"
        "</thead><tbody>\n{}</tbody></table></div>\n",
        name, rows);
}

std::string render_failures(const ShownBatch& batch, const std::string& id, const JobSections& sections) {
    std::string rows;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < batch.jobs.size() && shown < most_failures; ++i) {
        if (!batch.jobs[i].has_failed()) continue;
        rows += row_of(batch, id, i, sections);
        ++shown;
    }
    if (rows.empty()) return "";
    const std::size_t failed = batch.failed();
    return fmt::format("<h2>Failures{}</h2>\n{}",
                       shown < failed ? fmt::format(", the first {} of {}", shown, failed) : "",
                       table_of("Failures", rows));
}

template <class Value, class Text>
std::string list_of(const ShownBatch& batch, const std::string& id, const JobSections& sections, std::string_view kind,
                    std::string_view title, Value value, Text text) {
    const Indexes order = jobs_by(batch.jobs, most_listed, value);
    if (order.empty()) return "";
    const double most = *value(batch.jobs[order.front()].run);
    std::string items;
    for (const std::size_t index : order) {
        const double own = *value(batch.jobs[index].run);
        items += fmt::format(
            "<li><b>{}</b><span>{}</span><svg class=\"share\" aria-hidden=\"true\"><rect width=\"{}\" height=\"3\"/>"
            "</svg></li>\n",
            text(own), linked(batch, id, index, sections), percent(own / most));
    }
    return fmt::format("<section class=\"{}\"><h2>{}</h2><ol>\n{}</ol></section>\n", kind, title, items);
}

std::string render_all_jobs(const ShownBatch& batch, const std::string& id, const JobSections& sections) {
    std::string rows;
    const std::size_t count = std::min(batch.jobs.size(), most_rows);
    for (std::size_t i = 0; i < count; ++i) rows += row_of(batch, id, i, sections);
    const std::string name = count < batch.jobs.size()
                                 ? fmt::format("The first {} of {} jobs", count, batch.jobs.size())
                                 : fmt::format("All {} jobs", count);
    return fmt::format("<details><summary>{}</summary>{}</details>\n", name, table_of(name, rows));
}

void add_fact(std::string& facts, std::string_view name, const std::string& value, const std::string& remark = "") {
    facts += fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", name, html_text(value),
                         remark.empty() ? "" : fmt::format("<small>{}</small>", html_text(remark)));
}

std::string render_batch_head(const ShownBatch& batch) {
    const std::size_t failed = batch.failed();
    std::string facts;
    add_fact(facts, "Succeeded", fmt::format("{}", batch.jobs.size() - failed),
             batch.skipped > 0 ? fmt::format("{} more before", shown_number(batch.skipped)) : "");
    add_fact(facts, "Failed", fmt::format("{}", failed));
    if (batch.not_started.value_or(0) > 0)
        add_fact(facts, "Not started", fmt::format("{}", shown_number(*batch.not_started)));
    const auto begin = batch.begin();
    if (begin && batch.ended_at && *batch.ended_at > *begin)
        add_fact(facts, "Duration", shown_time(*batch.ended_at - *begin));
    double cpu = 0;
    for (const ShownJob& job : batch.jobs) cpu += job.run.cpu().value_or(0);
    if (cpu > 0) add_fact(facts, "CPU time", shown_time(cpu), "of all jobs");
    const std::string result = !batch.status        ? "unfinished"
                               : *batch.status == 0 ? "succeeded"
                                                    : fmt::format("{} of {} failed", failed, batch.jobs.size());
    const std::string_view tone = !batch.status ? "neutral" : *batch.status == 0 ? "good" : "bad";
    std::string status = batch.status ? fmt::format("<span>status {}</span>", *batch.status)
                                      : "<span>the report has no trailer: the batch goes on, or was killed</span>";
    if (!batch.shard.empty()) status += fmt::format(" <span>shard {}</span>", html_text(batch.shard));
    if (begin) status += fmt::format(" <span>started {}</span>", shown_date(*begin));
    const std::string command = batch.argv.empty() ? "jobs of a batch" : fmt::format("{}", fmt::join(batch.argv, " "));
    return fmt::format(
        "<header class=\"head\"><p class=\"result\"><strong class=\"tone {}\">{}</strong> "
        "{}</p>\n<h1><code>{}</code></h1>\n"
        "<dl class=\"facts\">\n{}</dl></header>\n",
        tone, result, status, html_text(cut_to(command, 400)), facts);
}

}  // namespace

std::string render_batch(const ShownBatch& batch, const std::string& id) {
    const JobSections sections = render_sections(batch, id);
    std::string text = render_batch_head(batch);
    text += render_job_bars(batch, id, sections);
    text += render_failures(batch, id, sections);
    std::string lists = list_of(
        batch, id, sections, "long-list", "Slowest", [](const ShownRun& run) { return run.wall; }, shown_time);
    lists += list_of(
        batch, id, sections, "cpu-list", "Most CPU time", [](const ShownRun& run) { return run.cpu(); }, shown_time);
    lists += list_of(
        batch, id, sections, "memory-list", "Most memory", [](const ShownRun& run) { return run.peak(); }, shown_bytes);
    if (!lists.empty()) text += fmt::format("<div class=\"lists\">\n{}</div>\n", lists);
    text += render_all_jobs(batch, id, sections);
    if (!sections.text.empty()) text += "<h2>Job by job</h2>\n";
    if (sections.with_charts < sections.wanted)
        text += fmt::format(
            "<p class=\"note\">{} of {} jobs have their charts here: first those that have failed, then the "
            "longest. A page of other jobs: give their lines of the report to <code>netrunner report html "
            "-</code>.</p>\n",
            sections.with_charts, sections.wanted);
    text += sections.text;
    return fmt::format("<section class=\"batch\">\n{}</section>\n", text);
}

}  // namespace netrunner
