// The PID namespace of `--pid-namespace`, in which the guard is the first process. When the guard ends for any reason,
// the kernel kills every process in it. main forks the guard with it; run_guard completes it. Without privileges the
// namespace is made inside a user namespace that maps only the user's own uid and gid, to the same numbers.
#pragma once

#include <sys/types.h>

#include "shepherd/start/shepherd_watch.hpp"

namespace netrunner {

class PidNamespace {
  public:
    /// As fork(2), but the child is the first process of a new PID namespace and has a new mount namespace. -1 with
    /// errno. The caller must have no other thread.
    pid_t fork() noexcept;

    /// The child's first call: maps the ids, makes later mounts private, mounts a new /proc, and has the kernel kill
    /// this process when the shepherd, its parent, dies. False with errno, ESRCH if the shepherd is dead already.
    [[nodiscard]] bool settle(const ShepherdWatch& shepherd) const noexcept;

  private:
    bool has_users_ = false;  ///< the child has a new user namespace
    uid_t user_ = 0;
    gid_t group_ = 0;
};

}  // namespace netrunner
