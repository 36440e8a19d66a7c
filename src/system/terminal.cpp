#include "src/system/terminal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "src/system/mask_guard.hpp"

namespace netrunner {

std::optional<Terminal> Terminal::controlling() {
    Descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!tty) return std::nullopt;
    return Terminal(std::move(tty));
}

std::optional<Terminal> Terminal::of_user() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::isatty(fd) == 1) return Terminal(fd);
    }
    return controlling();
}

bool Terminal::is_foreground(pid_t group) const { return ::tcgetpgrp(fd_) == group; }

bool Terminal::is_foreground_dead() const { return is_dead_group(::tcgetpgrp(fd_)); }

bool Terminal::is_ours() const {
    const pid_t foreground = ::tcgetpgrp(fd_);
    return foreground == ::getpgrp() || (foreground < 0 && errno == ENOTTY);
}

bool Terminal::give_to(pid_t group) const {
    const MaskGuard held(SIG_BLOCK, SIGTTOU);
    return ::tcsetpgrp(fd_, group) == 0;
}

void Terminal::set_modes(const TerminalModes& modes) const {
    const MaskGuard held(SIG_BLOCK, SIGTTOU);
    write_modes(fd_, modes);
}

std::optional<WindowSize> Terminal::window() const {
    winsize size{};
    if (::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
    return WindowSize{size.ws_col, size.ws_row};
}

std::optional<WindowSize> window_of_environment() {
    const auto side = [](const char* name) -> std::optional<std::uint16_t> {
        const char* const text = std::getenv(name);
        std::uint16_t number = 0;
        if (text == nullptr) return std::nullopt;
        const char* const end = text + std::strlen(text);
        const auto [stop, error] = std::from_chars(text, end, number);
        if (error != std::errc() || stop != end || number == 0) return std::nullopt;
        return number;
    };
    const auto columns = side("COLUMNS");
    const auto rows = side("LINES");
    if (!columns && !rows) return std::nullopt;
    const WindowSize usual;
    return WindowSize{columns.value_or(usual.columns), rows.value_or(usual.rows)};
}

namespace {

/// SIGCONT is pending, because it is blocked for the signalfd.
bool is_continued() {
    sigset_t pending;
    return ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGCONT) == 1;
}

}  // namespace

bool stop_self(int signal, StopScope scope) {
    const int stop = signal == SIGSTOP ? SIGTSTP : signal;
    // Another process has continued this one already. A stop signal now would discard the SIGCONT unread.
    if (is_continued()) return true;
    {
        // The signal is delivered before kill(2) returns, because no other thread of netrunner can take it.
        const MaskGuard open(SIG_UNBLOCK, stop);
        ::kill(scope == StopScope::group ? 0 : ::getpid(), stop);
    }
    // If this process was stopped, SIGCONT has continued it.
    return is_continued();
}

}  // namespace netrunner
