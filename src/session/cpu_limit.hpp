// The limit on the processor time of the whole tree (--cpu-time). The session asks it when to look, looks
// (src/progress/cpu_usage), and stops the run if the limit is reached. Pure: it is given the time and the usage.
#pragma once

#include <optional>

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class CpuLimit {
  public:
    /// `forever`: no limit. Then there is never a deadline.
    explicit CpuLimit(Duration limit) : limit_(limit) {}

    /// The command has started on a machine with that many processors.
    void begin(TimePoint now, unsigned processors);
    /// When to look next: as soon as all processors together can have reached the limit. Nothing before `begin`.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return next_look_; }

    struct Look {
        Duration used{};          ///< by the tree since its start, as far as it can be seen
        Duration took{};          ///< how long looking took
        unsigned processors = 1;  ///< that the machine has now
    };
    /// Takes what a look has seen, and sets the next deadline. True if the limit is reached.
    bool note(const Look& look, TimePoint now);
    /// The most that a look has seen.
    [[nodiscard]] Duration used() const { return used_; }

  private:
    Duration limit_;
    Duration used_{};
    std::optional<TimePoint> next_look_;
};

}  // namespace netrunner
