// How the guard sees that the shepherd has ended, and signals it: by a pidfd. If pidfds are refused
// (docs/decisions/0054), by a pipe whose write end only the shepherd has, and by the shepherd's pid. main makes it
// before it forks the guard.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <utility>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class ShepherdWatch {
  public:
    /// To be called in the shepherd. False with errno.
    [[nodiscard]] bool open() noexcept;

    /// In the shepherd: what it has to keep open for as long as it runs. Empty with a pidfd.
    [[nodiscard]] Descriptor take_sign_of_life() noexcept { return std::move(sign_of_life_); }

    /// The guard's first call. Without it, the guard itself would hold the shepherd's end of the pipe.
    void begin() noexcept { sign_of_life_.reset(); }

    /// In the guard: poll(2) reports an event once the shepherd has ended.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    [[nodiscard]] bool has_ended() const noexcept;

    /// In the guard: sends the signal to the shepherd, unless it has ended. A guard in a PID namespace needs pidfds for
    /// that; without them, it sends nothing.
    void send(int signal) const noexcept;

  private:
    Descriptor descriptor_;    ///< the pidfd, or the pipe's read end
    Descriptor sign_of_life_;  ///< the pipe's write end
    bool has_pidfd_ = true;
    pid_t shepherd_ = 0;
};

}  // namespace netrunner
