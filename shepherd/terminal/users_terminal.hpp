// The user's own terminal, as far as a runner that dies leaves it in a state that is not its: what the runner is about
// to do to it is known here before it is done, and undone when the runner is gone. The shepherd and the guard both know
// it, since either may be killed with the runner.
#pragma once

#include <sys/types.h>

#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class UsersTerminal {
  public:
    UsersTerminal() = default;
    /// `runner_group`: gets the foreground back; 0: nobody.
    explicit UsersTerminal(pid_t runner_group) noexcept : runner_group_(runner_group) {}

    /// The terminal whose modes the runner may change. To be called before the fork of the guard, which then shares
    /// what is known. False with errno.
    bool open(int tty) noexcept;
    void guard(const protocol::GuardTerminal& order) noexcept;
    /// It is not as it was found.
    [[nodiscard]] bool is_guarded() const noexcept;

    /// `command`: the command's group, which may have the foreground; 0: not known.
    void put_right(pid_t command) noexcept;

  private:
    struct Record;

    Descriptor terminal_;
    pid_t runner_group_ = 0;
    Record* record_ = nullptr;  ///< in a page of its own that lives as long as the two processes
};

}  // namespace netrunner
