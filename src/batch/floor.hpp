// Who has the floor: the one job whose output goes out now, in the modes `group` and `ordered`. The group outputs tell
// it what happens and ask. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

namespace netrunner {

class Floor {
  public:
    using Number = std::uint64_t;
    enum class Order {
        ended_first,  ///< then jobs that have ended go before those that run, each by their number
        input,        ///< strictly by number
    };
    /// `ended_only` (--show failed): a job gets the floor only when it has ended.
    Floor(Order order, bool ended_only) : order_(order), ended_only_(ended_only) {}

    /// Another job has started. Numbers may have gaps, but come in order.
    void started(Number number) { running_.insert(number); }
    /// It has output that waits for the floor.
    void has_output(Number number) {
        if (running_.contains(number)) waiting_.insert(number);
    }
    /// There is no more room for its output. With `ended_only`, it may now have the floor before its end, because it
    /// would never end otherwise.
    void has_no_room(Number number) {
        if (running_.contains(number)) full_.insert(number);
    }
    /// There is room for its output again.
    void has_room(Number number) { full_.erase(number); }
    void ended(Number number) {
        running_.erase(number);
        waiting_.erase(number);
        full_.erase(number);
        ended_.insert(number);
    }
    /// All of its output is out. It has ended.
    void delivered(Number number) {
        ended_.erase(number);
        if (holder_ == number) holder_.reset();
    }

    [[nodiscard]] std::optional<Number> holder() const { return holder_; }
    /// Gives the floor, if it is free, to the job that is due; returns the holder.
    std::optional<Number> give() {
        if (!holder_) holder_ = next();
        return holder_;
    }
    /// How many jobs have ended and wait for the floor.
    [[nodiscard]] std::size_t backlog() const { return ended_.size(); }

  private:
    [[nodiscard]] std::optional<Number> next() const {
        const auto first = [](const std::set<Number>& numbers) {
            return numbers.empty() ? std::nullopt : std::optional(*numbers.begin());
        };
        const auto& candidates = ended_only_ ? full_ : waiting_;
        if (order_ == Order::ended_first) return first(ended_.empty() ? candidates : ended_);
        const auto due_ended = first(ended_);
        const auto due_running = first(running_);
        if (!due_running || (due_ended && *due_ended < *due_running)) return due_ended;
        return ended_only_ && !full_.contains(*due_running) ? std::nullopt : due_running;
    }

    Order order_;
    bool ended_only_;
    std::optional<Number> holder_;
    std::set<Number> running_;
    std::set<Number> waiting_;  ///< of those that run: with output
    std::set<Number> full_;     ///< of those that run: held up
    std::set<Number> ended_;    ///< not delivered
};

}  // namespace netrunner
