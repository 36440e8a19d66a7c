#include "src/pages/junit_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <variant>

#include "src/report/junit_suite.hpp"

namespace netrunner {
namespace {

/// All cases, and from when to when they ran, in seconds since 1970.
struct Suite {
    JUnitSuite cases{};
    std::optional<double> begin{};
    double end = 0;

    void add(const std::string& name, const ShownRun& run) {
        const double wall = run.wall.value_or(0);
        cases.add({.name = name,
                   .seconds = wall,
                   .result = junit_result(run.status, run.reason),
                   .reason = run.reason,
                   .message = run.message.empty() ? run.error : run.message});
        const double started = run.started_at.value_or(0);
        if (run.started_at) begin = std::min(begin.value_or(started), started);
        end = std::max(end, started + wall);
    }
};

}  // namespace

std::string junit_of(const std::vector<ShownReport>& reports, const std::string& host) {
    Suite suite;
    for (const ShownReport& report : reports) {
        if (const auto* run = std::get_if<ShownRun>(&report.content)) {
            suite.add(fmt::format("{}", fmt::join(run->command, " ")), *run);
            continue;
        }
        for (const ShownJob& job : std::get<ShownBatch>(report.content).jobs) suite.add(job.name(), job.run);
    }
    const double begin = suite.begin.value_or(0);
    const auto started = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(begin)));
    return suite.cases.render(host, started, std::max(suite.end - begin, 0.0));
}

}  // namespace netrunner
