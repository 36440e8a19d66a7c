#include "src/session/attempt_history.hpp"

#include <utility>

namespace netrunner {

std::optional<TimePoint> AttemptHistory::ended(Outcome outcome, TimePoint now) {
    last_ = std::move(outcome);
    records_.push_back(record_of(last_, plan_.preserve_status));
    last_.spared.insert(last_.spared.begin(), spared_.begin(), spared_.end());
    spared_ = last_.spared;
    const Attempts::Answer answer = attempts_.after(last_, now);
    if (!answer.remark.empty()) last_.notes.push_back(answer.remark);
    if (!answer.again_after) return std::nullopt;
    return now + *answer.again_after;
}

void AttemptHistory::cancel(int signal, StopCause cause, bool outer_tells) {
    last_.ended_between = true;
    last_.cancelled_by = signal;
    last_.outer_tells = outer_tells;
    last_.stop = StopRecord{.cause = cause, .steps = {}, .limit = ""};
}

Outcome AttemptHistory::take_last() {
    last_.attempts = std::move(records_);
    return std::move(last_);
}

}  // namespace netrunner
