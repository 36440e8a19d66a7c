// The children of this process in a batch: which session each helper belongs to, and the helpers whose session is over.
// The running jobs use it. It reaps; it does not know what an end means.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "src/session/session.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class Children {
  public:
    /// Called for a child that was reaped. `session`: the one whose helper it was; null: not known.
    using Reaped = std::function<void(Session* session, const siginfo_t& child)>;

    void add(pid_t helper, Session& session) { helpers_[helper] = &session; }
    /// `session` is about to go. A helper that it has not left, because its tree cannot be ended, is of no session any
    /// more.
    void forget(pid_t helper, const Session& session) {
        const auto found = helpers_.find(helper);
        if (found != helpers_.end() && found->second == &session) helpers_.erase(found);
    }
    /// `helper`, whose session is over, is about to exit. If it is still there after a second, `handle_time` kills it.
    void leave(pid_t helper, TimePoint now);

    /// Reaps every child that has ended, and continues every helper that was stopped. Call this after SIGCHLD.
    void reap(const Reaped& reaped);

    [[nodiscard]] std::optional<TimePoint> deadline() const;
    void handle_time(TimePoint now);

    [[nodiscard]] bool is_helper(pid_t pid) const { return helpers_.contains(pid); }
    /// Waits for the helpers that are left; all their sessions are over. Kills those that do not exit. SIGCHLD must be
    /// blocked.
    void finish();

  private:
    struct Leaving {
        pid_t pid = 0;
        TimePoint kill_at{};
    };
    std::unordered_map<pid_t, Session*> helpers_;  ///< null: its session is over
    std::deque<Leaving> leaving_;                  ///< in the order of `kill_at`; some have been reaped
};

}  // namespace netrunner
