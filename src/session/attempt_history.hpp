// The attempts of one run, or of one job of a batch, that has --retries: what they have in common, and whether another
// one follows. The runner has one for a run, the conductor one for each job. The decision itself is that of Attempts
// (docs/decisions/0053). It starts nothing and waits for nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/session/attempts.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class AttemptHistory {
  public:
    /// `begun`: when the first attempt begins; --retry-timeout counts from here.
    AttemptHistory(const RetryPlan& plan, TimePoint begun) : plan_(plan), attempts_(plan, begun), begun_(begun) {}

    [[nodiscard]] TimePoint begun() const { return begun_; }
    /// The number of the attempt that runs or comes next, from 1, and how many there can be.
    [[nodiscard]] int number() const { return attempts_.number(); }
    [[nodiscard]] int most() const { return attempts_.most(); }
    [[nodiscard]] bool is_last() const { return attempts_.is_last(); }

    /// `plan` for an attempt that begins at `now`.
    [[nodiscard]] LaunchPlan limit(LaunchPlan plan, TimePoint now) const {
        return limited(std::move(plan), now, attempts_.end());
    }
    /// The run or job waited for an attempt while this process was suspended for `paused`.
    void pause(Duration paused) { attempts_.pause(paused); }

    /// An attempt has ended at `now`. Returns when the next one begins; nothing: `last` is the final outcome.
    std::optional<TimePoint> ended(Outcome outcome, TimePoint now);
    [[nodiscard]] const Outcome& last() const { return last_; }
    /// How the last attempt ended, in words, for the time until the next.
    [[nodiscard]] std::string end_of_last() const { return about_command(last_, describe_end(last_)); }
    /// The next attempt does not come, because `signal` ordered the end (0: no signal did), or for another `cause`.
    /// `outer_tells`: as in Outcome.
    void cancel(int signal, StopCause cause = StopCause::cancelled, bool outer_tells = false);
    /// The next attempt does not come; `why` tells the user.
    void give_up(const std::string& why) { last_.notes.push_back(about_command(last_, why)); }
    /// Moves the final outcome out, with the records of all attempts.
    Outcome take_last();

  private:
    RetryPlan plan_;
    Attempts attempts_;
    TimePoint begun_;
    std::vector<AttemptRecord> records_;
    std::vector<Orphan> spared_;  ///< by all attempts
    Outcome last_;
};

}  // namespace netrunner
