#include "src/batch/started_job.hpp"

#include <fmt/format.h>

#include <chrono>

#include "src/sampling/tree_reader.hpp"

namespace netrunner {

LaunchPlan StartedJob::begin(LaunchPlan plan, TimePoint now) {
    waits_ = false;
    attempt_begun_ = now;
    if (!plan.retry) return plan;
    if (!attempts_) attempts_.emplace(*plan.retry, begun_);
    return attempts_->limit(std::move(plan), now);
}

Outlets StartedJob::outlets(Outputs* outputs, const LineTags& tags) {
    if (outputs == nullptr) return {};
    if (output_) {
        output_->begin_attempt();
    } else {
        const std::string name = job_.name();
        output_ = std::make_unique<RelayedOutput>(*outputs, tags,
                                                  Filling{.values = job_.values, .number = job_.number, .id = name});
    }
    return output_->outlets();
}

RunRecorder* StartedJob::recorder(const LaunchPlan& plan, TimePoint grid) {
    if (!recorder_ && plan.sample) {
        recorder_ = std::make_unique<RunRecorder>(RunRecorder::Setup{.interval = *plan.sample,
                                                                     .begun = begun_,
                                                                     .grid = grid,
                                                                     .processors = processors_online(),
                                                                     .has_group = plan.cgroup.has_value()});
    }
    return recorder_.get();
}

void StartedJob::end_wait(StandardFiles files) {
    waits_for_files_ = false;
    if (attempts_) kept_files_ = std::move(files);
}

void StartedJob::withdraw() {
    waits_for_files_ = false;
    attempts_.reset();
}

std::optional<TimePoint> StartedJob::end(Outcome outcome, TimePoint now) {
    const auto again = end_attempt(std::move(outcome), now);
    if (again) return again;
    kept_files_.reset();
    end_record();
    return std::nullopt;
}

std::optional<TimePoint> StartedJob::end_attempt(Outcome outcome, TimePoint now) {
    if (!attempts_) {
        // The set-up of the first attempt failed.
        if (job_.options.retries) outcome.attempts.push_back(record_of(outcome, job_.options.preserve_status));
        outcome_ = std::move(outcome);
        return std::nullopt;
    }
    const auto again = attempts_->ended(std::move(outcome), now);
    waits_ = again.has_value();
    if (!again) outcome_ = attempts_->take_last();
    return again;
}

void StartedJob::end_waiting(int signal) {
    waits_ = false;
    if (signal != 0) {
        attempts_->cancel(signal);
    } else {
        attempts_->give_up("not tried again: the batch starts nothing more");
    }
    outcome_ = attempts_->take_last();
    kept_files_.reset();
    end_record();
}

/// The job has ended: its outcome gets the record.
void StartedJob::end_record() {
    if (!recorder_) return;
    outcome_->record = recorder_->record();
    recorder_.reset();
}

void StartedJob::tell_wait(const Narrator& narrate, Duration delay) const {
    narrate(1, fmt::format("job {}: attempt {} of {}: {}; trying again in {}", job_.name(), attempts_->number() - 1,
                           attempts_->most(), attempts_->end_of_last(), format_duration(delay)));
}

std::string StartedJob::state_in_words(TimePoint now) const {
    const auto age = std::chrono::floor<std::chrono::seconds>(now - attempt_begun_);
    std::string state = fmt::format("has run for {}", format_duration(age));
    if (waits_) state = fmt::format("waits for attempt {} of {}", attempts_->number(), attempts_->most());
    if (waits_for_files_) state = fmt::format("has waited for the other end of a FIFO for {}", format_duration(age));
    return fmt::format("job {} {}: {}", job_.name(), state, fmt::join(job_.options.command, " "));
}

}  // namespace netrunner
