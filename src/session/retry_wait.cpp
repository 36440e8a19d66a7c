#include "src/session/retry_wait.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "src/session/signal_meaning.hpp"
#include "src/system/processor_wait.hpp"
#include "src/system/terminal.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;

/// Whether a SIGHUP that a process sent means that the terminal is gone: the shell may send it before the kernel does.
bool is_hang_up(const SignalEvent& signal, bool has_terminal) {
    return signal.number == SIGHUP && has_terminal && !Terminal::controlling();
}

}  // namespace

RetryWait::RetryWait(RetryWaitContext context, Pump& pump, SignalSource& signals)
    : context_(std::move(context)), pump_(pump), signals_(signals) {
    if (parent_descriptor() >= 0) pump_.watch(parent_descriptor(), this);
}

RetryWait::~RetryWait() {
    if (context_.live != nullptr) context_.live->control(nullptr);
    if (parent_descriptor() >= 0) pump_.unwatch(parent_descriptor());
}

/// -1 if the parent is not watched, or without a descriptor.
int RetryWait::parent_descriptor() const { return context_.parent == nullptr ? -1 : context_.parent->descriptor(); }

RetryWait::End RetryWait::wait(Duration delay, TimePoint begun) {
    begun_ = begun;
    until_ = begun + delay;
    if (context_.live != nullptr) context_.live->control(this);
    watch_.emplace(delay, begun);
    watch_->restart(begun, processor_wait());
    beat_at_ = context_.heartbeat == forever ? TimePoint::max() : begun + context_.heartbeat;
    while (end_.is_over()) {
        const Wake wake = pump_.wait(std::min({until_, beat_at_, watch_->deadline()}));
        if (context_.live != nullptr) {
            if (wake.owner == context_.live) context_.live->handle(wake);
            context_.live->attend();
        }
        if (wake.owner == this) end_.parent_died = true;
        if (wake.owner == &signals_) {
            while (const auto signal = signals_.read()) {
                if (end_.is_over()) handle(*signal);
            }
            // Without a pidfd, a signal tells (docs/decisions/0054).
            if (context_.parent != nullptr && context_.parent->has_ended()) end_.parent_died = true;
        }
        if (wake.kind != Wake::Kind::deadline) continue;
        const TimePoint now = steady_clock::now();
        attend(now);
        end_.at = now;
        if (now >= until_) break;
    }
    return end_;
}

Refusal RetryWait::nothing_runs() {
    return {.code = "not-running", .message = "no command runs now: the run waits for its next attempt"};
}

RunStatus RetryWait::status() const {
    return {.state = "between-attempts", .elapsed = steady_clock::now() - begun_ - end_.suspended};
}

ControlledRun::Answer RetryWait::stop() {
    end_.order = SIGTERM;
    return std::nullopt;
}

/// Notices a suspension, and prints the heartbeat.
void RetryWait::attend(TimePoint now) {
    const Duration paused = watch_->look(now, processor_wait());
    if (paused != Duration::zero()) suspended(paused);
    if (now < beat_at_) return;
    beat_at_ = now + context_.heartbeat;
    const auto left = std::chrono::ceil<std::chrono::seconds>(std::max(until_ - now, Duration::zero()));
    context_.narrate(0,
                     fmt::format("attempt {} of {} begins in {}", context_.next, context_.most, format_duration(left)));
}

void RetryWait::suspended(Duration paused) {
    end_.suspended += paused;
    until_ += paused;
}

void RetryWait::handle(const SignalEvent& signal) {
    if (signal.number == SIGCHLD) {
        // No child of this process belongs to the run now.
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        return;
    }
    const bool ignored = (context_.ignored & signal_bit(signal.number)) != 0;
    const SignalMeaning meaning = meaning_of(signal, ignored);
    const bool stops = meaning == SignalMeaning::to_group && signal.number == SIGTSTP;
    const bool is_typed = meaning == SignalMeaning::to_group && !stops;
    const bool hung_up = !ignored && is_hang_up(signal, context_.has_terminal);
    if (signal.outer_step > 0 || meaning == SignalMeaning::order || (is_typed && !ignored) || hung_up) {
        end_.order = signal.number;
        end_.outer = signal.outer_step > 0;
    } else if (stops && !ignored) {
        stop_with_job_control();
    } else {
        context_.narrate(1,
                         fmt::format("received {} while no command runs: nothing to do", signal_name(signal.number)));
    }
}

void RetryWait::stop_with_job_control() {
    const TimePoint stopped_at = steady_clock::now();
    if (!stop_self(SIGTSTP, context_.has_terminal ? StopScope::group : StopScope::process)) return;
    const TimePoint now = steady_clock::now();
    watch_->restart(now, processor_wait());
    suspended(now - stopped_at);
}

}  // namespace netrunner
