// How the shepherd sees that the runner has ended: by a pidfd. If pidfds are refused (docs/decisions/0054), by the
// SIGCONT that the kernel sends when the parent dies (take_position asks for it), and by its parent's pid. It only
// looks; watch decides what the end of the runner means.
#pragma once

#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class RunnerWatch {
  public:
    static constexpr int forever = -1;

    /// `runner`: its pid, as the plan says. To be made after take_position.
    explicit RunnerWatch(pid_t runner) noexcept;

    /// Becomes readable when the runner may have ended; then call has_ended. -1 once that has returned true.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

    /// True once the runner has ended. Waits for that for at most `patience_ms`, or forever.
    [[nodiscard]] bool has_ended(int patience_ms) noexcept;

  private:
    [[nodiscard]] bool is_orphan() const noexcept;
    void forget_signals() const noexcept;

    pid_t runner_;
    bool has_pidfd_ = true;
    Descriptor descriptor_;  ///< the pidfd, or a signalfd for SIGCONT
};

}  // namespace netrunner
