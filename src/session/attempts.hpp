// Decides whether a run, or a job of a batch, is tried again (--retries) after an attempt, and when. AttemptHistory
// asks it after each attempt. Pure: it is given outcomes and the time. It starts nothing, waits for nothing and writes
// nothing.
#pragma once

#include <optional>
#include <string>

#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/plan/retry_plan.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class Attempts {
  public:
    /// `begun`: when netrunner started; the time for all attempts together (--retry-timeout) counts from here.
    Attempts(RetryPlan plan, TimePoint begun);

    /// The number of the attempt that runs or comes next, from 1, and how many there can be.
    [[nodiscard]] int number() const { return ended_ + 1; }
    [[nodiscard]] int most() const { return plan_.retries + 1; }
    [[nodiscard]] bool is_last() const { return number() >= most(); }

    /// When the time for all attempts together has passed; nothing: never.
    [[nodiscard]] std::optional<TimePoint> end() const { return end_; }
    /// The run was suspended for `paused`: that time does not count.
    void pause(Duration paused);

    struct Answer {
        std::optional<Duration> again_after;  ///< nothing: no further attempt
        std::string remark;                   ///< why there is none, if the user has to be told; else empty
    };
    /// An attempt has ended with `outcome` at `now`. Counts the time in which it was suspended for no limit.
    Answer after(const Outcome& outcome, TimePoint now);

  private:
    [[nodiscard]] bool is_listed(const Outcome& outcome) const;

    RetryPlan plan_;
    std::optional<TimePoint> end_;
    int ended_ = 0;
};

/// `plan`, which has --retries, for an attempt that begins at `begun`: its time ends at `end` at the latest. Nothing:
/// only its own limits hold.
LaunchPlan limited(LaunchPlan plan, TimePoint begun, std::optional<TimePoint> end);

/// For the report.
AttemptRecord record_of(const Outcome& outcome, bool preserve_status);

}  // namespace netrunner
