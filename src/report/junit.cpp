#include "src/report/junit.hpp"

#include <fmt/format.h>

#include "src/relay/plain_text.hpp"
#include "src/values/signal_name.hpp"
#include "src/values/utc_time.hpp"
#include "src/values/xml_text.hpp"

namespace netrunner {
namespace {

bool is_error(const Outcome& outcome, const Ending& ending) {
    const std::string reason = reason_of(outcome);
    const auto* const exited = std::get_if<Exited>(&outcome.end);
    const bool own_status = exited != nullptr && exited->code == ending.status;
    return reason == "spawn-failed" || reason == "lost" || reason == "cancelled" || outcome.failed ||
           (ending.status == exit_own_failure && !own_status);
}

/// One line: the verdict if it explains the end, otherwise the command's signal or the status.
std::string message_of(const JUnitContext& context, bool error) {
    const bool explains = error || !std::holds_alternative<Exited>(context.outcome.end);
    if (explains && !context.verdict.empty()) return context.verdict;
    if (const auto* killed = std::get_if<Signaled>(&context.outcome.end)) {
        return "killed by " + signal_name(killed->signal);
    }
    const bool stopped = context.outcome.stop && context.outcome.stop->cause != StopCause::orphans;
    if (stopped && !context.verdict.empty()) return context.verdict;
    return fmt::format("exited with {}", context.ending.status);
}

/// Text for XML, without escape sequences: XML can hold no ESC.
std::string plain_xml(const std::string& text) { return xml_text(plain_text(text)); }

}  // namespace

std::string render_junit(const JUnitContext& context) {
    const bool passed = context.ending.status == 0;
    const bool error = !passed && is_error(context.outcome, context.ending);
    const std::string time = fmt::format("{:.3f}", std::chrono::duration<double>(context.outcome.wall).count());
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"netrunner\" package=\"netrunner\" id=\"0\" hostname=\"{0}\" tests=\"1\" failures=\"{1}\""
        " errors=\"{2}\" skipped=\"0\" time=\"{3}\" timestamp=\"{4}\">\n    <properties/>\n"
        "    <testcase classname=\"netrunner\" name=\"{5}\" time=\"{3}\"",
        plain_xml(context.host), !passed && !error ? 1 : 0, error ? 1 : 0, time,
        utc_seconds(context.outcome.started_at), plain_xml(context.name));
    if (passed) {
        text += "/>\n";
    } else {
        const char* const kind = error ? "error" : "failure";
        text += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", kind,
                            plain_xml(message_of(context, error)), reason_of(context.outcome),
                            xml_text(context.last_lines));
    }
    return text + "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n";
}

}  // namespace netrunner
