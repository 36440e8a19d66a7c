#include "shepherd/terminal/users_terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string_view>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {

bool UsersTerminal::open(int tty, int record) noexcept {
    terminal_ = Descriptor(::fcntl(tty, F_DUPFD_CLOEXEC, 3));
    return terminal_ && record_.map(record);
}

/// Writes only if the terminal takes bytes now: a terminal that Ctrl-S holds would block this process.
void UsersTerminal::end_screen_modes() noexcept {
    const std::string_view ending = record_.screen_ending();
    if (ending.empty()) return;
    pollfd terminal{terminal_.get(), POLLOUT, 0};
    if (::poll(&terminal, 1, 0) <= 0 || (terminal.revents & POLLOUT) == 0) return;
    [[maybe_unused]] const ssize_t written = ::write(terminal_.get(), ending.data(), ending.size());
    record_.set_screen_ending({});
}

bool UsersTerminal::is_guarded() const noexcept { return record_.change().has_value(); }

void UsersTerminal::restore(pid_t command) noexcept {
    if (const auto change = record_.change()) {
        if (read_modes(terminal_.get()) == change->changed) end_screen_modes();
        restore_modes(terminal_.get(), change->changed, change->original);
        record_.release();
    }
    terminal_.reset();
    if (runner_group_ <= 0) return;
    const Descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    const pid_t foreground = tty ? ::tcgetpgrp(tty.get()) : -1;
    if (foreground < 0) return;
    if (foreground == command || is_dead_group(foreground)) ::tcsetpgrp(tty.get(), runner_group_);
}

}  // namespace netrunner
