// The command's own terminal, as the leader of its session sees it: opened, made the controlling terminal, given its
// size and modes before the command is there, and its foreground moved between the command and this process. The
// shepherd stays the session's leader, so that the command can be stopped and continued (the kernel stops nobody whose
// parent is not in the session) and its background processes outlive it where they may.
#pragma once

#include <sys/types.h>

#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class PseudoTerminal {
  public:
    /// For a process that leads a session without a terminal. False with errno when it cannot be had.
    bool open(const protocol::Plan& plan) noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(slave_); }
    /// The command's side, close-on-exec.
    [[nodiscard]] int slave() const noexcept { return slave_.get(); }
    /// The runner's side, non-blocking; it is the runner's alone, so that its death hangs the terminal up.
    [[nodiscard]] int master() const noexcept { return master_.get(); }
    void forget_master() noexcept { master_.reset(); }

    /// The kernel tells the foreground by SIGWINCH when the size has changed.
    void set_size(std::uint16_t columns, std::uint16_t rows) noexcept;

    /// `command`: the group of the command. SIGTTOU is blocked.
    void set_foreground(protocol::Foreground whose, pid_t command) noexcept;

    /// Lets go of it: once nobody else has it open, the runner sees its end.
    void close() noexcept { slave_.reset(); }

  private:
    Descriptor master_;
    Descriptor slave_;
    pid_t displaced_ = 0;  ///< whose foreground it was when we took it
};

}  // namespace netrunner
