// After SIGKILL: who is left when it should have ended everything, and whether there is any use in waiting for them.
#pragma once

#include <sys/types.h>

#include <vector>

#include "shepherd/group/job_group.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// What is left below `root`, the guard or this process, and in the run's control group; a few of them, if they are
/// many.
std::vector<Survivor> find_survivors(pid_t root, const std::vector<pid_t>& strangers, const JobGroup* group);

class SurvivorWatch {
  public:
    /// SIGKILL has been sent to everything.
    void begin(TimePoint now);
    /// When to look who is left.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return look_at_; }
    /// This look is not the last one.
    void look_again(TimePoint now);
    /// Whether these will not end soon.
    [[nodiscard]] bool is_hopeless(const std::vector<Survivor>& survivors, TimePoint now) const;
    void end() { look_at_.reset(); }

  private:
    std::optional<TimePoint> look_at_;
    TimePoint hopeless_at_;
};

}  // namespace netrunner
