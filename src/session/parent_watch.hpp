// For --die-with-parent: whether the process that started netrunner has ended. A session makes it, watches its
// descriptor, asks it at each signal, and stops the run. Nothing is stopped here.
#pragma once

#include <sys/types.h>

#include "src/system/fd.hpp"

namespace netrunner {

class ParentWatch {
  public:
    /// Throws SetupFailure if the parent cannot be watched or has already ended. If pidfds are refused
    /// (docs/decisions/0054), the kernel sends SIGCHLD when the parent ends, or the signal that was asked for before
    /// this process's exec (PR_SET_PDEATHSIG).
    ParentWatch();
    /// For another attempt: watches the same process, although this process may have another parent by now. Throws
    /// SetupFailure.
    ParentWatch(const ParentWatch& known);
    ParentWatch& operator=(const ParentWatch&) = delete;

    /// A pidfd, which becomes readable when the parent has ended; -1 if pidfds are refused.
    [[nodiscard]] int descriptor() const { return handle_.get(); }
    [[nodiscard]] bool has_ended() const;

  private:
    pid_t parent_;
    Descriptor handle_;
};

}  // namespace netrunner
