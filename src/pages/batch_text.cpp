#include "src/pages/batch_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "src/pages/command_gist.hpp"
#include "src/pages/job_order.hpp"
#include "src/pages/run_text.hpp"
#include "src/pages/shown_quantity.hpp"
#include "src/report/labelled_lines.hpp"
#include "src/values/visible_text.hpp"

namespace netrunner {
namespace {

using Parts = LabelledLines::Parts;
using namespace labelled_text;

constexpr std::size_t most_failures = 20;
constexpr std::size_t most_listed = 5;

std::string name_of(const ShownJob& job) {
    return fmt::format("{} {}", job.number, cut_to(visible_text(job.name()), 40));
}

Parts count_parts(const ShownBatch& batch) {
    const std::size_t failed = batch.failed();
    Parts parts{fmt::format("{} succeeded", batch.jobs.size() - failed), fmt::format("{} failed", failed)};
    if (batch.skipped > 0) parts.push_back(fmt::format("{} skipped", shown_number(batch.skipped)));
    if (batch.not_started.value_or(0) > 0)
        parts.push_back(fmt::format("{} not started", shown_number(*batch.not_started)));
    return parts;
}

void add_failures(LabelledLines& lines, const ShownBatch& batch) {
    std::size_t shown = 0;
    for (const ShownJob& job : batch.jobs) {
        if (!job.has_failed()) continue;
        if (shown == most_failures) {
            lines.add("", {fmt::format("{} more", batch.failed() - most_failures)}, red);
            return;
        }
        const std::string text = fmt::format("{}: {}", name_of(job), end_line_of(job.run));
        lines.add(shown++ == 0 ? "failed" : "", {cut_to(text, part_columns)}, red);
    }
}

template <class Value, class Text>
void add_jobs(LabelledLines& lines, std::string_view label, const ShownBatch& batch, Value value, Text text) {
    for (const std::size_t index : jobs_by(batch.jobs, most_listed, value)) {
        const ShownJob& job = batch.jobs[index];
        lines.add(label, {cut_to(fmt::format("{:>9}  {}", text(*value(job.run)), name_of(job)), part_columns)});
        label = "";
    }
}

}  // namespace

std::string batch_text(const std::string& name, const ShownBatch& batch, bool coloured) {
    LabelledLines lines(coloured);
    if (batch.status) {
        lines.add("result", {*batch.status == 0 ? "succeeded" : "failed", fmt::format("status {}", *batch.status)},
                  *batch.status == 0 ? green : red);
    } else {
        lines.add("result", {"unfinished: the report has no trailer"}, yellow);
    }
    if (!batch.argv.empty())
        lines.add("command", {cut_to(visible_text(fmt::format("{}", fmt::join(batch.argv, " "))), part_columns)});
    if (!batch.shard.empty()) lines.add("shard", {visible_text(batch.shard)});
    const auto begin = batch.begin();
    if (begin) lines.add("started", {shown_date(*begin)});
    if (begin && batch.ended_at && *batch.ended_at > *begin)
        lines.add("time", {shown_time(*batch.ended_at - *begin) + " wall"});
    lines.add("jobs", count_parts(batch));
    add_failures(lines, batch);
    add_jobs(
        lines, "slowest", batch, [](const ShownRun& run) { return run.wall; }, shown_time);
    add_jobs(
        lines, "most CPU", batch, [](const ShownRun& run) { return run.cpu(); }, shown_time);
    add_jobs(
        lines, "most memory", batch, [](const ShownRun& run) { return run.peak(); }, shown_bytes);
    return visible_text(name) + ":\n" + lines.text();
}

}  // namespace netrunner
