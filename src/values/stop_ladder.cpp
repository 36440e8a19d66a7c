#include "src/values/stop_ladder.hpp"

#include <cassert>
#include <csignal>
#include <utility>

namespace netrunner {

StopLadder::StopLadder(std::vector<StopStep> steps) : steps_(std::move(steps)) { assert(!steps_.empty()); }

int StopLadder::start(TimePoint now, std::optional<int> first) {
    assert(!started_);
    if (first && first != SIGKILL && steps_.front().signal == SIGKILL) precede(*first);
    started_ = true;
    const int signal = first.value_or(steps_.front().signal);
    killed_ = signal == SIGKILL;
    next_ = 1;
    schedule(now);
    return signal;
}

void StopLadder::precede(int signal) {
    assert(!started_);
    steps_.insert(steps_.begin(), {signal, steps_.front().grace});
}

std::optional<int> StopLadder::advance(TimePoint now) {
    if (!deadline_ || now < *deadline_) return std::nullopt;
    const int signal = steps_[next_].signal;
    killed_ = killed_ || signal == SIGKILL;
    ++next_;
    schedule(now);
    return signal;
}

void StopLadder::extend(TimePoint now) {
    if (deadline_) schedule(now);
}

std::optional<int> StopLadder::climb_to_kill() {
    if (killed_) return std::nullopt;
    started_ = true;
    killed_ = true;
    next_ = steps_.size();
    deadline_.reset();
    return SIGKILL;
}

Duration StopLadder::total_grace() const {
    Duration sum{};
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
        if (steps_[i].grace > longest_duration - sum) return forever;
        sum += steps_[i].grace;
    }
    return sum;
}

void StopLadder::schedule(TimePoint now) {
    deadline_.reset();
    if (next_ < steps_.size() && steps_[next_ - 1].grace != forever) deadline_ = now + steps_[next_ - 1].grace;
}

}  // namespace netrunner
