// Restores the user's terminal after the runner's death: its modes and its foreground group. The runner records each
// change of the modes before it makes it (terminal_record). The guard restores the terminal, or the shepherd if the
// guard was killed with the runner. While the runner lives, it restores the terminal itself.
#pragma once

#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"
#include "shepherd/terminal/terminal_record.hpp"

namespace netrunner {

class UsersTerminal {
  public:
    UsersTerminal() = default;
    /// `runner_group`: the process group that gets the foreground back; 0: none.
    explicit UsersTerminal(pid_t runner_group) noexcept : runner_group_(runner_group) {}

    /// Keeps a copy of `tty`, whose modes the runner may change, and maps its record from the file `record`. To be
    /// called before the fork of the guard, which inherits both. False with errno.
    bool open(int tty, int record) noexcept;
    /// True while the runner's change of the modes may have to be undone.
    [[nodiscard]] bool is_guarded() const noexcept;

    /// Restores the modes, and ends what the command has begun on the screen, unless another process has changed the
    /// modes since. Then gives the foreground to the runner's group, if the foreground group is `command` (the
    /// command's process group; 0: unknown) or has no process left.
    void restore(pid_t command) noexcept;

  private:
    void end_screen_modes() noexcept;

    Descriptor terminal_;
    pid_t runner_group_ = 0;
    TerminalRecord record_;
};

}  // namespace netrunner
