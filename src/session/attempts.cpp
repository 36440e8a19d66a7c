#include "src/session/attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace netrunner {
namespace {

/// A signal from outside, or Ctrl-C or Ctrl-\ at the terminal: the user or the caller wants an end.
bool is_ordered(const Outcome& outcome) {
    if (outcome.cancelled_by != 0 || outcome.interrupted || reason_of(outcome) == "cancelled") return true;
    // The keys went to the command alone, so only its end tells of them: its death, or the status with which a shell
    // reports that one of its commands died of them.
    if (!outcome.had_terminal) return false;
    constexpr int signal_base = 128;
    const auto* killed = std::get_if<Signaled>(&outcome.end);
    const auto* exited = std::get_if<Exited>(&outcome.end);
    const int signal = killed != nullptr ? killed->signal : exited != nullptr ? exited->code - signal_base : 0;
    return signal == SIGINT || signal == SIGQUIT;
}

/// Another attempt cannot go better: netrunner itself is what failed, or no process reads the output any more.
bool is_hopeless(const Outcome& outcome) {
    const bool unread = outcome.standard_output.unread || outcome.standard_error.unread ||
                        (outcome.stop && outcome.stop->cause == StopCause::no_reader);
    return unread || outcome.failed || !outcome.failures.empty() || std::holds_alternative<Lost>(outcome.end);
}

bool names(const RetryEnd& end, const std::string& reason, int status, std::optional<int> code) {
    if (end.word == "failure") return status != 0 && reason != "spawn-failed";
    if (end.word == "exit") return reason == "exited" && code && *code >= end.first && *code <= end.last;
    return end.word == reason && (reason != "exited" || status != 0);
}

}  // namespace

Attempts::Attempts(RetryPlan plan, TimePoint begun) : plan_(std::move(plan)) {
    if (plan_.timeout != forever) end_ = begun + plan_.timeout;
}

void Attempts::pause(Duration paused) {
    if (end_) *end_ += paused;
}

bool Attempts::is_listed(const Outcome& outcome) const {
    const AttemptRecord record = record_of(outcome, plan_.preserve_status);
    return std::ranges::any_of(
        plan_.on, [&](const RetryEnd& end) { return names(end, record.reason, record.status, record.exit_code); });
}

Attempts::Answer Attempts::after(const Outcome& outcome, TimePoint now) {
    pause(outcome.suspended);
    ++ended_;
    if (is_ordered(outcome) || is_hopeless(outcome) || !is_listed(outcome)) return {};
    const auto none = [&](const std::string& why) { return Answer{std::nullopt, about_command(outcome, why)}; };
    if (!outcome.survivors.empty()) return none("not tried again: processes of the last attempt could not be ended");
    if (end_ && now >= *end_ && outcome.stop && outcome.stop->cause == StopCause::timeout) return {};
    if (ended_ > plan_.retries) {
        return plan_.retries == 0 ? Answer{} : none(fmt::format("gave up after {} attempts", ended_));
    }
    if (end_ && now + plan_.delay >= *end_) {
        return none(fmt::format("gave up after {} {}: the next would begin after --retry-timeout {}", ended_,
                                ended_ == 1 ? "attempt" : "attempts", format_duration(plan_.timeout)));
    }
    return {plan_.delay, ""};
}

LaunchPlan limited(LaunchPlan plan, TimePoint begun, std::optional<TimePoint> end) {
    if (!end || *end - begun >= plan.timeout) return plan;
    plan.timeout = std::max(*end - begun, Duration(1));
    plan.timeout_shown = fmt::format("{} (--retry-timeout)", format_duration(plan.retry->timeout));
    return plan;
}

AttemptRecord record_of(const Outcome& outcome, bool preserve_status) {
    AttemptRecord record{.reason = reason_of(outcome),
                         .status = ending_of(outcome, preserve_status).status,
                         .started_at = outcome.started_at,
                         .ended_at = outcome.ended_at,
                         .wall = outcome.wall};
    if (const auto* exited = std::get_if<Exited>(&outcome.end)) record.exit_code = exited->code;
    if (const auto* killed = std::get_if<Signaled>(&outcome.end)) record.signal = killed->signal;
    return record;
}

}  // namespace netrunner
