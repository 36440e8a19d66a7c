#include "src/pages/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <variant>

#include "src/pages/command_gist.hpp"
#include "src/pages/highlights.hpp"
#include "src/pages/html_text.hpp"
#include "src/pages/job_order.hpp"
#include "src/pages/run_result.hpp"
#include "src/pages/run_text.hpp"
#include "src/pages/shown_quantity.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_failures = 50;
constexpr std::size_t most_listed = 5;
constexpr std::size_t most_text = 200;

/// Within `code`, GitHub makes no link of a name, a number or an address.
std::string code(std::string_view bytes) { return "<code>" + markdown_text(cut_to(bytes, most_text)) + "</code>"; }

void add_row(std::string& table, std::string_view name, const std::string& value) {
    if (!value.empty()) table += fmt::format("| {} | {} |\n", name, value);
}

std::string duration_of(const ShownRun& run) {
    if (!run.wall) return "";
    return shown_time(*run.wall) + (run.timeout ? ", limit " + shown_time(*run.timeout) : std::string());
}

std::string cpu_of(const ShownRun& run) {
    if (!run.cpu()) return "";
    std::string text = shown_time(*run.cpu());
    if (run.wall.value_or(0) <= 0) return text;
    text += fmt::format(", {} ", shown_number(*run.cpu() / *run.wall));
    if (run.timeline && run.timeline->processors)
        text += fmt::format("of {} ", shown_number(*run.timeline->processors));
    return text + "processors";
}

std::string memory_of(const ShownRun& run, const Highlights& highlights) {
    const auto peak = run.peak();
    if (!peak) return "";
    std::string text = shown_bytes(*peak);
    if (run.memory_limit) text += " of " + shown_bytes(*run.memory_limit);
    if (highlights.peak_at) text += ", at " + shown_time(*highlights.peak_at);
    return text;
}

std::string processes_of(const ShownRun& run, const Highlights& highlights) {
    if (highlights.most_cpu.empty()) return "";
    std::string table = "\n| Most CPU time | Process | From | Duration | Peak memory |\n|--:|---|--:|--:|--:|\n";
    for (const std::size_t index : highlights.most_cpu) {
        const SeenProcess& process = run.processes[index];
        table += fmt::format("| {} | {} | {} | {} | {} |\n", shown_time(process.cpu.value_or(0)),
                             code(gist_of(process.command)), shown_time(process.start),
                             process.end ? shown_time(*process.end - process.start) : "",
                             process.peak ? shown_bytes(*process.peak) : "");
    }
    return table;
}

std::string run_part(const ShownRun& run) {
    const Highlights highlights = highlights_of(run, most_listed);
    std::string text = fmt::format("### {}: {}\n\n", markdown_text(result_of(run).words),
                                   code(fmt::format("{}", fmt::join(run.command, " "))));
    const std::string& verdict = run.message.empty() ? run.error : run.message;
    if (!verdict.empty()) text += code(verdict) + "\n\n";
    text += "| | |\n|---|---|\n";
    add_row(text, "Status", fmt::format("{}", run.status));
    add_row(text, "Duration", duration_of(run));
    add_row(text, "CPU time", cpu_of(run));
    add_row(text, "Peak memory", memory_of(run, highlights));
    if (run.out || run.err) add_row(text, "Output", shown_bytes(run.out.value_or(0) + run.err.value_or(0)));
    if (!run.attempts.empty()) add_row(text, "Attempts", fmt::format("{}", run.attempts.size()));
    for (std::size_t i = 0; i < std::min(run.orphans.size(), most_listed); ++i)
        add_row(text, "Outlived the command", code(run.orphans[i]));
    return text + processes_of(run, highlights);
}

std::string name_of(const ShownJob& job) { return fmt::format("{} {}", job.number, code(job.name())); }

std::string batch_part(const ShownBatch& batch) {
    const std::size_t failed = batch.failed();
    std::string text = fmt::format("### {} succeeded, {} failed", batch.jobs.size() - failed, failed);
    if (batch.skipped > 0) text += fmt::format(", {} skipped", shown_number(batch.skipped));
    if (batch.not_started.value_or(0) > 0) text += fmt::format(", {} not started", shown_number(*batch.not_started));
    if (!batch.status) text += ", unfinished";
    text += fmt::format("\n\n{}\n", code(fmt::format("{}", fmt::join(batch.argv, " "))));
    if (failed > 0) text += "\n| Failed | How it ended | Duration |\n|---|---|--:|\n";
    std::size_t shown = 0;
    for (const ShownJob& job : batch.jobs) {
        if (!job.has_failed()) continue;
        if (shown++ == most_failures) {
            text += fmt::format("| and {} more | | |\n", failed - most_failures);
            break;
        }
        text += fmt::format("| {} | {} | {} |\n", name_of(job), code(end_line_of(job.run)),
                            job.run.wall ? shown_time(*job.run.wall) : "");
    }
    const auto wall = [](const ShownRun& run) { return run.wall; };
    const auto slowest = jobs_by(batch.jobs, most_listed, wall);
    if (!slowest.empty()) text += "\n| Slowest | Job | CPU time | Peak memory |\n|--:|---|--:|--:|\n";
    for (const std::size_t index : slowest) {
        const ShownRun& run = batch.jobs[index].run;
        text += fmt::format("| {} | {} | {} | {} |\n", shown_time(*run.wall), name_of(batch.jobs[index]),
                            run.cpu() ? shown_time(*run.cpu()) : "", run.peak() ? shown_bytes(*run.peak()) : "");
    }
    return text;
}

}  // namespace

std::string markdown_text(std::string_view bytes) {
    // Some have a meaning at the start of a line, where no text of a report is.
    constexpr std::string_view harmless = ".,/-=+%";
    // First what HTML escapes and hides; then each mark of ASCII that is left becomes a reference to its number.
    const std::string html = html_text(bytes);
    std::string text;
    for (std::size_t at = 0; at < html.size(); ++at) {
        const auto byte = static_cast<unsigned char>(html[at]);
        if (byte == '&') {  // html_text's own reference
            const std::size_t end = html.find(';', at);
            text += html.substr(at, end - at + 1);
            at = end;
        } else if (byte < 0x80 && std::ispunct(byte) != 0 && harmless.find(html[at]) == std::string_view::npos) {
            text += fmt::format("&#{};", static_cast<int>(byte));
        } else {
            text += html[at];
        }
    }
    return text;
}

std::string markdown_of(const std::vector<ShownReport>& reports) {
    std::string text;
    for (const ShownReport& report : reports) {
        if (!text.empty()) text += '\n';
        const auto* run = std::get_if<ShownRun>(&report.content);
        if (reports.size() > 1) text += fmt::format("## {}\n\n", code(report.name));
        text += run != nullptr ? run_part(*run) : batch_part(std::get<ShownBatch>(report.content));
    }
    return text;
}

}  // namespace netrunner
