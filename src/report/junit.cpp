#include "src/report/junit.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "src/values/signal_name.hpp"
#include "src/values/xml_text.hpp"

namespace netrunner {
namespace {

bool is_error(const Outcome& outcome, const Ending& ending) {
    const std::string reason = reason_of(outcome);
    return reason == "spawn-failed" || reason == "lost" || reason == "cancelled" || outcome.failed ||
           ending.status == exit_own_failure;
}

/// One line: the verdict if it explains the end, otherwise the command's signal or the status.
std::string message_of(const JUnitContext& context) {
    if (!context.verdict.empty() && !std::holds_alternative<Exited>(context.outcome.end)) return context.verdict;
    if (const auto* killed = std::get_if<Signaled>(&context.outcome.end)) {
        return "killed by " + signal_name(killed->signal);
    }
    const bool stopped = context.outcome.stop && context.outcome.stop->cause != StopCause::orphans;
    if (stopped && !context.verdict.empty()) return context.verdict;
    return fmt::format("exited with {}", context.ending.status);
}

/// Replaces "\r\n", which a terminal writes for a newline, by "\n".
std::string without_returns(std::string text) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool before_newline = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
        if (!before_newline) text[kept++] = text[i];
    }
    text.resize(kept);
    return text;
}

}  // namespace

std::string render_junit(const JUnitContext& context) {
    const bool passed = context.ending.status == 0;
    const bool error = !passed && is_error(context.outcome, context.ending);
    const std::string name = xml_text(fmt::format("{}", fmt::join(context.command, " ")));
    const std::string time = fmt::format("{:.3f}", std::chrono::duration<double>(context.outcome.wall).count());
    const auto started = std::chrono::system_clock::to_time_t(context.outcome.started_at);
    const std::string counts = fmt::format(R"(tests="1" failures="{}" errors="{}" skipped="0" time="{}")",
                                           !passed && !error ? 1 : 0, error ? 1 : 0, time);
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n"
        "  <testsuite name=\"netrunner\" {0} timestamp=\"{1:%Y-%m-%dT%H:%M:%S}Z\">\n"
        "    <testcase classname=\"netrunner\" name=\"{2}\" time=\"{3}\"",
        counts, fmt::gmtime(started), name, time);
    if (passed) {
        text += "/>\n";
    } else {
        const char* const kind = error ? "error" : "failure";
        text += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", kind,
                            xml_text(message_of(context)), reason_of(context.outcome),
                            xml_text(without_returns(context.last_lines)));
    }
    return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace netrunner
