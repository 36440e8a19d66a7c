// Restores the user's terminal after the runner's death: its modes and its foreground group. The runner announces each
// change of the modes before it makes it. The guard restores the terminal, or the shepherd if the guard was killed with
// the runner; the two share the record of the change. While the runner lives, it restores the terminal itself.
#pragma once

#include <sys/types.h>

#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class UsersTerminal {
  public:
    UsersTerminal() = default;
    /// `runner_group`: the process group that gets the foreground back; 0: none.
    explicit UsersTerminal(pid_t runner_group) noexcept : runner_group_(runner_group) {}

    /// Keeps a copy of `tty`, whose modes the runner may change. To be called before the fork of the guard, so that the
    /// two processes share the record. False with errno.
    bool open(int tty) noexcept;
    /// Records the runner's announcement.
    void guard(const protocol::GuardTerminal& order) noexcept;
    void guard(const protocol::GuardScreen& order) noexcept;
    /// True while the runner's change of the modes may have to be undone.
    [[nodiscard]] bool is_guarded() const noexcept;

    /// Restores the modes, and ends what the command has begun on the screen, unless another process has changed the
    /// modes since. Then gives the foreground to the runner's group, if the foreground group is `command` (the
    /// command's process group; 0: unknown) or has no process left.
    void restore(pid_t command) noexcept;

  private:
    struct Record;
    void end_screen_modes() const noexcept;

    Descriptor terminal_;
    pid_t runner_group_ = 0;
    Record* record_ = nullptr;  ///< in shared memory that is never unmapped
};

}  // namespace netrunner
