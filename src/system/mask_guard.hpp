// Blocks or unblocks one signal for this thread until the end of the scope. Used by terminal and raw_mode.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace netrunner {

class MaskGuard {
  public:
    /// `how`: SIG_BLOCK or SIG_UNBLOCK.
    MaskGuard(int how, int signal) {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, signal);
        ::pthread_sigmask(how, &set, &before_);
    }
    ~MaskGuard() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    MaskGuard(const MaskGuard&) = delete;
    MaskGuard& operator=(const MaskGuard&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace netrunner
