// After SIGKILL: finds the processes that it should have ended but has not, and decides whether waiting for them is
// useful. A session drives it. It signals nothing and reaps nothing.
#pragma once

#include <vector>

#include "shepherd/group/job_group.hpp"
#include "shepherd/tree/tree.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// The live processes of `tree` that are not spared and those in the run's control group, if there is one; no more
/// than 64.
std::vector<Survivor> find_survivors(const Tree& tree, const JobGroup* group);

/// Makes `survivors` part of the outcome: a line for each, and none of them is an orphan that was ended. If there is
/// none, /proc does not show what is left.
void record_survivors(std::vector<Survivor> survivors, Outcome& outcome);

class SurvivorWatch {
  public:
    /// Starts the watch: SIGKILL has been sent to the whole tree.
    void begin(TimePoint now);
    /// When to look for survivors next; nothing while there is no watch.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return look_at_; }
    /// Schedules the next look.
    void look_again(TimePoint now);
    /// Whether waiting is useless: none of `survivors` can die soon, or they have had the longer time. If there are
    /// none, the last one has probably just ended, and only the longer time counts.
    [[nodiscard]] bool is_hopeless(const std::vector<Survivor>& survivors, TimePoint now) const;
    void end() { look_at_.reset(); }

  private:
    std::optional<TimePoint> look_at_;
    TimePoint hopeless_at_;
};

}  // namespace netrunner
