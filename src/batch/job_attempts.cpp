#include "src/batch/job_attempts.hpp"

#include <utility>

namespace netrunner {

std::optional<TimePoint> JobAttempts::ended(Outcome outcome, TimePoint now) {
    last_ = std::move(outcome);
    records_.push_back(record_of(last_, plan_.preserve_status));
    last_.spared.insert(last_.spared.begin(), spared_.begin(), spared_.end());
    spared_ = last_.spared;
    const Attempts::Answer answer = attempts_.after(last_, now);
    if (!answer.remark.empty()) last_.notes.push_back(answer.remark);
    if (!answer.again_after) return std::nullopt;
    return now + *answer.again_after;
}

void JobAttempts::cancel(int signal) {
    last_.ended_between = true;
    last_.cancelled_by = signal;
    last_.stop = StopRecord{.cause = StopCause::cancelled, .steps = {}, .limit = ""};
}

Outcome JobAttempts::take_last() {
    last_.attempts = std::move(records_);
    return std::move(last_);
}

}  // namespace netrunner
