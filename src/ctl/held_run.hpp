// A run that netrunner ctl was told by its pid: found in /proc, and held by a pidfd, so that no later process with the
// same pid can be meant. ctl signals it here if it has no control socket. It speaks no protocol.
#pragma once

#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"
#include "src/runs/found_run.hpp"

namespace netrunner {

class HeldRun {
  public:
    /// Throws std::runtime_error if the process is no run, or one that this user may not control.
    explicit HeldRun(pid_t pid);

    [[nodiscard]] const FoundRun& run() const { return run_; }

    /// Sends SIGTERM to the run's netrunner, which stops the run or the batch by its ladder. Throws std::runtime_error.
    void stop() const;

    /// Sends the signal to the command's process group. Throws std::runtime_error, also for a batch.
    void signal_command(int signal) const;

  private:
    [[noreturn]] void fail(const char* act, int error) const;

    Descriptor pidfd_;  ///< empty if the kernel offers no pidfds
    FoundRun run_;
};

}  // namespace netrunner
