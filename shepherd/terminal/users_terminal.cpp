#include "shepherd/terminal/users_terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <new>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {

/// The guard writes it and may be killed at any moment, so `order` is valid only while `holds` is true, and `screen`
/// only while `has_screen` is.
struct UsersTerminal::Record {
    std::atomic<bool> holds = false;
    protocol::GuardTerminal order;
    std::atomic<bool> has_screen = false;
    protocol::GuardScreen screen;
};

bool UsersTerminal::open(int tty) noexcept {
    terminal_ = Descriptor(::fcntl(tty, F_DUPFD_CLOEXEC, 3));
    if (!terminal_) return false;
    void* const page = ::mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return false;
    record_ = new (page) Record{};
    return true;
}

void UsersTerminal::guard(const protocol::GuardTerminal& order) noexcept {
    if (record_ == nullptr) return;
    record_->holds = false;
    record_->order = order;
    record_->holds = order.needed != 0;
}

void UsersTerminal::guard(const protocol::GuardScreen& order) noexcept {
    if (record_ == nullptr) return;
    record_->has_screen = false;
    record_->screen = order;
    record_->has_screen = order.ending[0] != '\0';
}

/// Writes only if the terminal takes bytes now: a terminal that Ctrl-S holds would block this process.
void UsersTerminal::end_screen_modes() const noexcept {
    if (!record_->has_screen) return;
    const auto& ending = record_->screen.ending;
    pollfd terminal{terminal_.get(), POLLOUT, 0};
    if (::poll(&terminal, 1, 0) <= 0 || (terminal.revents & POLLOUT) == 0) return;
    [[maybe_unused]] const ssize_t written = ::write(
        terminal_.get(), ending.data(), static_cast<std::size_t>(std::ranges::find(ending, '\0') - ending.begin()));
    record_->has_screen = false;
}

bool UsersTerminal::is_guarded() const noexcept { return record_ != nullptr && record_->holds; }

void UsersTerminal::restore(pid_t command) noexcept {
    if (is_guarded()) {
        if (read_modes(terminal_.get()) == record_->order.changed) end_screen_modes();
        restore_modes(terminal_.get(), record_->order.changed, record_->order.original);
        record_->holds = false;
    }
    terminal_.reset();
    if (runner_group_ <= 0) return;
    const Descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    const pid_t foreground = tty ? ::tcgetpgrp(tty.get()) : -1;
    if (foreground < 0) return;
    if (foreground == command || is_dead_group(foreground)) ::tcsetpgrp(tty.get(), runner_group_);
}

}  // namespace netrunner
