#include "src/values/stop_ladder.hpp"

#include <cassert>
#include <csignal>
#include <utility>

namespace netrunner {

StopLadder::StopLadder(std::vector<StopStep> steps) : steps_(std::move(steps)) { assert(!steps_.empty()); }

StopSignal StopLadder::start(TimePoint now, std::optional<int> first) {
    assert(!started_);
    skip_steps_for_command();
    if (first && first != SIGKILL && steps_[next_].signal == SIGKILL) precede(*first);
    started_ = true;
    if (first) steps_[next_].signal = *first;
    return take(now);
}

void StopLadder::precede(int signal) {
    assert(!started_);
    skip_steps_for_command();
    StopStep step = steps_[next_];
    step.signal = signal;
    steps_.insert(steps_.begin() + static_cast<std::ptrdiff_t>(next_), step);
}

void StopLadder::command_ended(TimePoint now) {
    if (command_ended_) return;
    const bool waits_for_command = started_ && addresses_command() && next_ < steps_.size();
    command_ended_ = true;
    if (waits_for_command) deadline_ = earlier(deadline_, now + moment_after_command);
}

bool StopLadder::addresses_command() const {
    if (command_ended_ || killed_) return false;
    return steps_[started_ ? next_ - 1 : next_].to_command;
}

std::optional<StopSignal> StopLadder::advance(TimePoint now) {
    if (!deadline_ || now < *deadline_) return std::nullopt;
    skip_steps_for_command();
    return take(now);
}

void StopLadder::extend(TimePoint now) {
    if (deadline_) schedule(now);
}

std::optional<StopSignal> StopLadder::climb_to_kill() {
    if (killed_) return std::nullopt;
    started_ = true;
    killed_ = true;
    next_ = steps_.size();
    deadline_.reset();
    return StopSignal{SIGKILL};
}

Duration StopLadder::total_grace() const {
    Duration sum{};
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
        if (steps_[i].grace > longest_duration - sum) return forever;
        sum += steps_[i].grace;
    }
    return sum;
}

/// The last step is for the whole tree and is never skipped.
void StopLadder::skip_steps_for_command() {
    while (command_ended_ && next_ + 1 < steps_.size() && steps_[next_].to_command) ++next_;
}

StopSignal StopLadder::take(TimePoint now) {
    const StopStep& step = steps_[next_];
    killed_ = killed_ || (step.signal == SIGKILL && !step.to_command);
    ++next_;
    schedule(now);
    return {step.signal, step.to_command};
}

void StopLadder::schedule(TimePoint now) {
    deadline_.reset();
    if (next_ < steps_.size() && steps_[next_ - 1].grace != forever) deadline_ = now + steps_[next_ - 1].grace;
}

}  // namespace netrunner
