// The user's own terminal, as far as a runner that dies leaves it in a state that is not its: what the runner is about
// to do to it is known here before it is done, and undone when the runner is gone.
#pragma once

#include <sys/types.h>

#include <optional>

#include "shepherd/descriptor.hpp"
#include "shepherd/protocol.hpp"

namespace netrunner {

class UsersTerminal {
  public:
    UsersTerminal() = default;
    /// `terminal`: the user's, if the runner may change its modes; `runner_group`: gets the foreground back; 0: nobody.
    UsersTerminal(Descriptor terminal, pid_t runner_group) noexcept
        : terminal_(std::move(terminal)), runner_group_(runner_group) {}

    void guard(const protocol::GuardTerminal& order) noexcept;
    /// It is not as it was found.
    [[nodiscard]] bool is_guarded() const noexcept { return guarded_.has_value(); }

    /// `command`: the command's group, which may have the foreground.
    void put_right(pid_t command) noexcept;

  private:
    Descriptor terminal_;
    pid_t runner_group_ = 0;
    std::optional<protocol::GuardTerminal> guarded_;
};

}  // namespace netrunner
