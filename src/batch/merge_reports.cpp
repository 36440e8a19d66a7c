#include "src/batch/merge_reports.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <string_view>

#include "src/batch/record_reader.hpp"
#include "src/batch/report_merge.hpp"
#include "src/report/junit_suite.hpp"
#include "src/report/written_place.hpp"
#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/visible_text.hpp"

namespace netrunner {
namespace {

constexpr std::size_t longest_line = 64U << 20U;
constexpr std::size_t most_shown = 20;  // failed jobs

void read_report(const std::string& name, ReportMerge& merge) {
    const Descriptor file = open_file(name, O_RDONLY);
    RecordReader reader(
        [&](std::span<std::byte> room) {
            return IoResult::of(true, [&] { return ::read(file.get(), room.data(), room.size()); });
        },
        {.longest = longest_line});
    merge.begin(name);
    Record line;
    while (true) {
        const auto state = reader.next(line);
        if (state == RecordReader::State::ended) return;
        if (state != RecordReader::State::record)
            throw SetupFailure("report", reader.error(), fmt::format("cannot read the report '{}'", name));
        merge.add(line.values.front(), reader.is_unended());
    }
}

/// One line: the verdict if there is one, else the status.
std::string message_of(const ReportedJob& job) {
    return job.message.empty() ? fmt::format("exited with {}", job.status) : job.message;
}

std::string text_of(const MergedBatch& batch) {
    std::string text = fmt::format("{} job{}: {} succeeded, {} failed\n", batch.jobs.size(),
                                   batch.jobs.size() == 1 ? "" : "s", batch.succeeded, batch.failed);
    std::size_t shown = 0;
    for (const ReportedJob& job : batch.jobs) {
        if (job.status == 0) continue;
        if (shown++ == most_shown) {
            text += fmt::format("failed: {} more\n", batch.failed - most_shown);
            break;
        }
        text += fmt::format("failed: {} {}: {}\n", job.number, visible_text(job.name), visible_text(message_of(job)));
    }
    return text;
}

std::string junit_of(const MergedBatch& batch, const std::string& host) {
    JUnitSuite suite;
    double seconds = 0;
    for (const ReportedJob& job : batch.jobs) {
        seconds += job.wall;
        suite.add({.name = job.name,
                   .seconds = job.wall,
                   .result = junit_result(job.status, job.reason),
                   .reason = job.reason,
                   .message = message_of(job)});
    }
    return suite.render(host, batch.started_at.value_or(std::chrono::system_clock::time_point{}), seconds);
}

}  // namespace

MergeAnswer merge_reports(const MergeRequest& request, const std::string& host, bool stdout_was_closed) {
    std::optional<WrittenPlace> junit;
    if (request.junit)
        junit.emplace(*request.junit, fmt::format("cannot write the JUnit file '{}'", *request.junit),
                      stdout_was_closed);
    ReportMerge merge;
    for (const std::string& name : request.reports) read_report(name, merge);
    const MergedBatch batch = merge.finish();
    if (junit) junit->write(junit_of(batch, host), forever);
    // The JUnit file on standard output is alone there.
    const bool is_alone = junit && junit->on_stdout();
    return {.text = is_alone ? "" : text_of(batch), .problems = batch.gaps, .status = batch.status()};
}

}  // namespace netrunner
