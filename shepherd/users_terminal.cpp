#include "shepherd/users_terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "shepherd/terminal_modes.hpp"

namespace netrunner {

void UsersTerminal::guard(const protocol::GuardTerminal& order) noexcept {
    guarded_.reset();
    if (terminal_ && order.needed != 0) guarded_ = order;
}

void UsersTerminal::put_right(pid_t command) noexcept {
    if (guarded_) restore_modes(terminal_.get(), guarded_->changed, guarded_->original);
    guarded_.reset();
    terminal_.reset();
    if (runner_group_ <= 0) return;
    const Descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    const pid_t foreground = tty ? ::tcgetpgrp(tty.get()) : -1;
    if (foreground == command || is_dead_group(foreground)) ::tcsetpgrp(tty.get(), runner_group_);
}

}  // namespace netrunner
