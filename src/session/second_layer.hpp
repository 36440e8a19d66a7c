// The second layer: when the shepherd is gone, what it looked after has come to this process, a subreaper, and is ended
// from here. The same walker as the shepherd's; driven by a session.
#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

#include "shepherd/group/job_group.hpp"
#include "shepherd/tree/tree.hpp"
#include "src/outcome/outcome.hpp"

namespace netrunner {

class SecondLayer {
  public:
    /// `command`: its pid, 0 when it is not known. `strangers`: children of this process that are none of the run's.
    SecondLayer(pid_t command, std::vector<pid_t> strangers);

    /// Sends `signal` to everything that is left, also in the run's control group, if it has one; `found` is told of
    /// each process but the command itself.
    void signal(int signal, const JobGroup* group, const std::function<void(Orphan)>& found);

    /// Reaps what has died; true when nothing is left.
    bool reap();

  private:
    [[nodiscard]] Tree tree() const;

    pid_t command_;
    bool command_reaped_ = false;
    bool seen_nothing_ = false;
    std::vector<pid_t> strangers_;
    std::vector<TreeMember> room_;
};

}  // namespace netrunner
