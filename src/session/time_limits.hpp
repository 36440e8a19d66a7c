// The time limits of a run: in total (--timeout) and without output (--idle-timeout). The session asks it what is
// exceeded and stops the run. Pure: it is given the time.
#pragma once

#include <optional>

#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class TimeLimits {
  public:
    /// Both limits count from `begun`. `forever`: no such limit.
    TimeLimits(Duration total, Duration idle, TimePoint begun);

    /// Sets the total limit anew. `paused`: all pauses so far.
    void set_total(Duration total, Duration paused);
    /// Job control has stopped the run for `paused`, until `now`: that time counts for neither limit.
    void pause(Duration paused, TimePoint now);
    /// When the last such pause ended; nothing before the first.
    [[nodiscard]] std::optional<TimePoint> resumed() const { return resumed_; }

    /// When the total limit is exceeded; nothing without one.
    [[nodiscard]] std::optional<TimePoint> total_end() const { return end_; }
    /// When the first limit is exceeded if the command is silent after `last_sign`; nothing without a limit.
    [[nodiscard]] std::optional<TimePoint> deadline(std::optional<TimePoint> last_sign) const;
    /// The limit that is exceeded at `now`, as the cause of a stop.
    [[nodiscard]] std::optional<StopCause> exceeded(TimePoint now, std::optional<TimePoint> last_sign) const;

  private:
    [[nodiscard]] std::optional<TimePoint> idle_end(std::optional<TimePoint> last_sign) const;

    TimePoint begun_;
    Duration idle_;
    std::optional<TimePoint> end_;
    std::optional<TimePoint> resumed_;
};

}  // namespace netrunner
