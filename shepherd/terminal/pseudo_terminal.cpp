#include "shepherd/terminal/pseudo_terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <charconv>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {
namespace {

bool set_modes(int slave, const protocol::Plan& plan) noexcept {
    const auto found = read_modes(slave);
    if (!found) return false;
    TerminalModes modes = *found;
    // Keep the kernel's defaults, but set UTF-8, which every current terminal emulator sends and shows.
    modes.input |= IUTF8;
    if (plan.has_modes != 0) modes = adopt_modes(modes, plan.modes);
    if (plan.returns_carriage != 0) {
        modes.output |= ONLCR;
    } else {
        modes.output &= ~static_cast<tcflag_t>(ONLCR);
    }
    if (plan.silent != 0) modes.local &= ~static_cast<tcflag_t>(ECHO);
    return write_modes(slave, modes);
}

}  // namespace

bool PseudoTerminal::open(const protocol::Plan& plan) noexcept {
    master_ = Descriptor(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    int locked = 0;
    if (!master_ || ::ioctl(master_.get(), TIOCSPTLCK, &locked) != 0) return false;
    // Open the slave through the master: /dev/pts may be missing, or may be another devpts instance.
    slave_ = Descriptor(::ioctl(master_.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave_ || ::ioctl(slave_.get(), TIOCSCTTY, 0) != 0) return false;
    // Let the command open the terminal by its path, too. A shepherd that may not change the owner may not start the
    // command as another user either, so a failure here loses nothing.
    if (plan.has_uid != 0 && ::fchown(slave_.get(), plan.uid, static_cast<gid_t>(-1)) != 0) return false;
    set_size(plan.columns, plan.rows);
    return set_modes(slave_.get(), plan);
}

void PseudoTerminal::complete_name(char** environment) const noexcept {
    constexpr std::string_view unnamed = protocol::unnamed_terminal;
    while (*environment != nullptr && *environment != unnamed) ++environment;
    unsigned number = 0;
    if (*environment == nullptr || ::ioctl(master_.get(), TIOCGPTN, &number) != 0) return;
    char* const end = *environment + unnamed.size();
    *std::to_chars(*environment + unnamed.find('#'), end, number).ptr = '\0';
}

void PseudoTerminal::set_size(std::uint16_t columns, std::uint16_t rows) noexcept {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = rows;
    ::ioctl(slave_.get(), TIOCSWINSZ, &size);
}

void PseudoTerminal::set_foreground(protocol::Foreground whose, pid_t command) noexcept {
    const pid_t self = ::getpgrp();
    const pid_t now = ::tcgetpgrp(slave_.get());
    switch (whose) {
        case protocol::Foreground::shepherd:
            if (now == self) return;
            displaced_ = now;
            ::tcsetpgrp(slave_.get(), self);
            return;
        case protocol::Foreground::command: ::tcsetpgrp(slave_.get(), command); return;
        case protocol::Foreground::as_before:
            if (now != self) return;
            // The group that had the foreground, such as a shell's job, may have ended; then fall back to the
            // command's.
            if (displaced_ <= 0 || ::tcsetpgrp(slave_.get(), displaced_) != 0) ::tcsetpgrp(slave_.get(), command);
            return;
    }
}

}  // namespace netrunner
