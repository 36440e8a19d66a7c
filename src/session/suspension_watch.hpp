// Notices that this process could not run for a while, so that time limits do not count that time: SIGSTOP to the whole
// tree, a frozen control group, a virtual machine that was halted. The session looks at the times that `deadline` names
// and shifts its timers by the answer. Pure: it is given the time. It does not notice job control's own stop, which
// knows its duration, nor suspend to RAM, during which the steady clock stands still (docs/decisions/0038).
#pragma once

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class SuspensionWatch {
  public:
    /// `shortest`: the run's shortest time limit; `forever`: none. It decides how often to look, and so how exactly a
    /// suspension is known: to 5 % of `shortest`, but not finer than 50 ms nor coarser than 1 s.
    explicit SuspensionWatch(Duration shortest, TimePoint now);

    /// Begins anew: this process ran at `now`. `waited`: as for `look`.
    void restart(TimePoint now, Duration waited) {
        seen_ = now;
        waited_ = waited;
    }

    /// When to call `look`.
    [[nodiscard]] TimePoint deadline() const { return seen_ + interval_; }

    /// How long this process could not run until `now`; zero: it could, or `deadline` has not come. `waited`: how long
    /// it has waited for a processor, in total. A machine that is only busy is no suspension.
    Duration look(TimePoint now, Duration waited);

  private:
    Duration interval_;
    TimePoint seen_;     ///< when this process last ran for certain
    Duration waited_{};  ///< as of then
};

}  // namespace netrunner
