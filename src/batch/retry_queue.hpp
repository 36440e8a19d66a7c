// The jobs of a batch that wait for another attempt: first for its time, then for a slot. The conductor tells it what
// happens and asks. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class RetryQueue {
  public:
    using Number = std::uint64_t;

    /// The next attempt of `number` begins at `at` at the earliest.
    void add(Number number, TimePoint at) { waiting_.emplace(at, number); }
    /// When to call `tick`: the first attempt is due then.
    [[nodiscard]] std::optional<TimePoint> deadline() const {
        return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first);
    }
    void tick(TimePoint now) {
        for (; is_due(deadline(), now); waiting_.erase(waiting_.begin())) due_.insert(waiting_.begin()->second);
    }
    /// The job whose attempt is due and that comes first in the input.
    [[nodiscard]] std::optional<Number> next() const {
        return due_.empty() ? std::nullopt : std::optional(*due_.begin());
    }
    /// The attempt of `next` begins.
    void take_next() { due_.erase(due_.begin()); }

    /// How many jobs wait.
    [[nodiscard]] std::size_t size() const { return waiting_.size() + due_.size(); }
    /// All that wait.
    [[nodiscard]] std::vector<Number> all() const {
        std::vector<Number> numbers(due_.begin(), due_.end());
        for (const auto& [at, number] : waiting_) numbers.push_back(number);
        return numbers;
    }
    void clear() {
        due_.clear();
        waiting_.clear();
    }
    /// No time passed for `paused`.
    void pause(Duration paused) {
        std::set<std::pair<TimePoint, Number>> later;
        for (const auto& [at, number] : waiting_) later.emplace(at + paused, number);
        waiting_ = std::move(later);
    }

  private:
    std::set<std::pair<TimePoint, Number>> waiting_;
    std::set<Number> due_;
};

}  // namespace netrunner
