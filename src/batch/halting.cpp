#include "src/batch/halting.hpp"

namespace netrunner {

Halting::Halting(HaltPolicy policy, Duration batch_timeout, TimePoint begun, std::optional<std::uint64_t> known)
    : policy_(policy), known_(known) {
    if (batch_timeout != forever && batch_timeout != Duration::zero()) timeout_ = begun + batch_timeout;
}

/// Only goes up. The cause is that of the present phase.
void Halting::enter(Phase phase, Cause cause) {
    if (phase <= phase_) return;
    phase_ = phase;
    cause_ = cause;
}

bool Halting::has_reached_policy() const {
    if (policy_.kind == HaltPolicy::Kind::never) return false;
    if (!policy_.is_percent) return counts_.failed >= policy_.failures;
    const std::uint64_t of = known_.value_or(counts_.finished() + counts_.skipped);
    return of > 0 && counts_.failed * 100 >= policy_.failures * of;
}

void Halting::job_ended(JobResult end) {
    if (end == JobResult::succeeded) {
        ++counts_.succeeded;
        return;
    }
    ++counts_.failed;
    if (end == JobResult::lost) ++counts_.lost;
    if (has_reached_policy())
        enter(policy_.kind == HaltPolicy::Kind::now ? Phase::stopping : Phase::draining, Cause::policy);
}

void Halting::signal(int number) {
    if (cancelled_by_ != 0) {
        enter(Phase::killing, Cause::signal);
        return;
    }
    cancelled_by_ = number;
    enter(Phase::stopping, Cause::signal);
}

void Halting::start_no_more() { enter(Phase::draining, Cause::order); }

void Halting::own_failure() {
    failed_ = true;
    enter(Phase::draining, Cause::failure);
}

void Halting::tick(TimePoint now) {
    if (!is_due(timeout_, now)) return;
    timeout_.reset();
    // Jobs that are being stopped anyway were not stopped by the time limit.
    if (phase_ < Phase::stopping) timed_out_ = true;
    enter(Phase::stopping, Cause::timeout);
}

void Halting::pause(Duration paused) {
    if (timeout_) *timeout_ += paused;
}

std::optional<int> Halting::first_signal() const {
    return cause_ == Cause::signal ? std::optional(cancelled_by_) : std::nullopt;
}

std::optional<TimePoint> Halting::deadline() const { return timeout_; }

Ending Halting::ending() const {
    if (failed_) return {.status = exit_own_failure};
    if (cancelled_by_ != 0) return {.status = 128 + cancelled_by_, .signal = cancelled_by_};
    if (timed_out_) return {.status = exit_limit};
    if (counts_.lost > 0) return {.status = exit_own_failure};
    return {.status = counts_.failed > 0 ? 1 : 0};
}

}  // namespace netrunner
