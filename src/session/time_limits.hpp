// The limits on a run's time: in all, and without output. Pure: it is told the time and says what is exceeded.
#pragma once

#include <optional>

#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class TimeLimits {
  public:
    /// `forever`: no limit of that kind. Both count from `begun`.
    TimeLimits(Duration total, Duration idle, TimePoint begun);

    /// The run was stopped by job control for as long as `paused`, until `now`: that counts for neither.
    void pause(Duration paused, TimePoint now);
    /// When the last such pause ended.
    [[nodiscard]] std::optional<TimePoint> resumed() const { return resumed_; }

    /// When the first of them is exceeded if no byte comes after `last_output`.
    [[nodiscard]] std::optional<TimePoint> deadline(std::optional<TimePoint> last_output) const;
    /// What is exceeded, as the reason to stop the run.
    [[nodiscard]] std::optional<StopCause> exceeded(TimePoint now, std::optional<TimePoint> last_output) const;

  private:
    [[nodiscard]] std::optional<TimePoint> idle_end(std::optional<TimePoint> last_output) const;

    TimePoint begun_;
    Duration idle_;
    std::optional<TimePoint> end_;
    std::optional<TimePoint> resumed_;
};

}  // namespace netrunner
