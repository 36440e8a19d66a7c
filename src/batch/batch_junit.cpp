#include "src/batch/batch_junit.hpp"

#include <fmt/format.h>

#include "src/relay/plain_text.hpp"
#include "src/system/host_name.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// As in `report merge --junit`: the id, else the command.
std::string name_of(const BatchJob& job) {
    if (job.id) return *job.id;
    return fmt::format("{}", fmt::join(job.options.command.empty() ? job.values : job.options.command, " "));
}

}  // namespace

BatchJUnit::BatchJUnit(const std::string& file, TimePoint begun, bool stdout_was_closed)
    : place_(file, fmt::format("cannot write the JUnit file '{}'", file), stdout_was_closed),
      begun_(begun),
      started_at_(system_clock::now() -
                  std::chrono::duration_cast<system_clock::duration>(steady_clock::now() - begun)) {}

void BatchJUnit::ended(const EndedJob& ended) {
    const std::string reason = reason_of(ended.outcome);
    JUnitCase job{.name = name_of(ended.job),
                  .seconds = std::chrono::duration<double>(ended.outcome.wall).count(),
                  .result = junit_result(ended.ending.status, reason)};
    if (job.result != JUnitCase::Result::passed) {
        job.reason = reason;
        job.message = verdict_of(ended.outcome);
        if (job.message.empty()) job.message = describe_end(ended.outcome);
        job.last_lines = plain_text(ended.last_output);
    }
    suite_.add(job);
}

void BatchJUnit::skipped(const BatchJob& job) {
    suite_.add({.name = name_of(job),
                .result = JUnitCase::Result::skipped,
                .message = "it succeeded before, according to the resumed report"});
}

void BatchJUnit::write(Duration patience) {
    const std::chrono::duration<double> seconds = steady_clock::now() - begun_;
    place_.write(suite_.render(host_name(), started_at_, seconds.count()), patience);
}

}  // namespace netrunner
