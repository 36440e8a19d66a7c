// The command's own terminal (`--pty`). The shepherd opens it, as the leader of its session, and sets its size and
// modes before the command starts; the guard moves the foreground and changes the size. The command does not lead the
// session: job control could not stop a command whose parent is outside of its session, and the command's end would
// hang up its background processes. This class relays no bytes.
#pragma once

#include <sys/types.h>

#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class PseudoTerminal {
  public:
    /// Opens the pair and makes it the controlling terminal. The caller leads a session without one. False with errno.
    bool open(const protocol::Plan& plan) noexcept;

    /// Completes the entry `protocol::unnamed_terminal` of `environment`, if it is there, with the terminal's name.
    void complete_name(char** environment) const noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(slave_); }
    /// The command's side, close-on-exec. Stays owned here.
    [[nodiscard]] int slave() const noexcept { return slave_.get(); }
    /// The runner's side, non-blocking. The guard sends it to the runner and then calls forget_master, so that the
    /// runner's death hangs the terminal up.
    [[nodiscard]] int master() const noexcept { return master_.get(); }
    void forget_master() noexcept { master_.reset(); }

    /// Sets the size. If it has changed, the kernel sends SIGWINCH to the foreground group.
    void set_size(std::uint16_t columns, std::uint16_t rows) noexcept;

    /// `command`: the command's process group. The caller has blocked SIGTTOU.
    void set_foreground(protocol::Foreground whose, pid_t command) noexcept;

    /// Closes the command's side. When no process has it open any more, the runner reads the end of the output.
    void close() noexcept { slave_.reset(); }

  private:
    Descriptor master_;
    Descriptor slave_;
    pid_t displaced_ = 0;  ///< the foreground group before Foreground::shepherd was set
};

}  // namespace netrunner
