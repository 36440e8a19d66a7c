// A limit that is watched, not enforced: on the memory or the number of the processes of the tree (--max-rss,
// --max-processes), for where no control group can be had. The session asks it when to look, looks (src/progress), and
// stops the run if the limit is exceeded. Pure: it is given the time and what was seen.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class WatchedLimit {
  public:
    /// `limit`: bytes or processes; nothing: no limit, and never a deadline.
    explicit WatchedLimit(std::optional<std::uint64_t> limit) : limit_(limit) {}

    /// The command has started.
    void begin(TimePoint now);
    /// When to look next; nothing before `begin`.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return next_look_; }
    /// Takes what a look at `now` has seen, which took `took`, and sets the next deadline: the sooner, the faster the
    /// use grows towards the limit. True if the limit is exceeded.
    bool note(std::uint64_t used, Duration took, TimePoint now);
    /// The run was suspended for `paused`.
    void pause(Duration paused);
    /// The most that a look has seen.
    [[nodiscard]] std::uint64_t most() const { return most_; }
    [[nodiscard]] std::optional<std::uint64_t> limit() const { return limit_; }

    /// Between two looks, unless looking itself takes long.
    static constexpr std::chrono::milliseconds shortest_pause{10};
    static constexpr std::chrono::milliseconds longest_pause{100};

  private:
    std::optional<std::uint64_t> limit_;
    std::uint64_t most_ = 0;
    std::uint64_t last_ = 0;
    TimePoint last_look_{};
    Duration pause_{};  ///< the last one
    std::optional<TimePoint> next_look_;
};

}  // namespace netrunner
