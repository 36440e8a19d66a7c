#include "shepherd/terminal/terminal_modes.hpp"

#include <signal.h>
#include <termios.h>

#include <algorithm>
#include <cerrno>

namespace netrunner {
namespace {

constexpr tcflag_t adopted_input =
    IGNPAR | PARMRK | INPCK | ISTRIP | INLCR | IGNCR | ICRNL | IUCLC | IXON | IXANY | IXOFF | IMAXBEL | IUTF8;
constexpr tcflag_t adopted_output = OPOST | OLCUC | ONLCR | OCRNL | ONOCR | ONLRET;
constexpr tcflag_t adopted_local =
    ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHONL | NOFLSH | TOSTOP | IEXTEN | ECHOCTL | ECHOKE;

tcflag_t mixed(tcflag_t own, tcflag_t other, tcflag_t mask) noexcept { return (own & ~mask) | (other & mask); }

}  // namespace

std::optional<TerminalModes> read_modes(int tty) noexcept {
    termios settings{};
    if (::tcgetattr(tty, &settings) != 0) return std::nullopt;
    TerminalModes modes{settings.c_iflag, settings.c_oflag, settings.c_lflag, {}};
    std::copy_n(settings.c_cc, modes.characters.size(), modes.characters.begin());
    return modes;
}

bool write_modes(int tty, const TerminalModes& modes) noexcept {
    termios settings{};
    if (::tcgetattr(tty, &settings) != 0) return false;
    settings.c_iflag = modes.input;
    settings.c_oflag = modes.output;
    settings.c_lflag = modes.local;
    std::ranges::copy(modes.characters, settings.c_cc);
    return ::tcsetattr(tty, TCSANOW, &settings) == 0;
}

void restore_modes(int tty, const TerminalModes& ours, const TerminalModes& original) noexcept {
    if (read_modes(tty) == ours) write_modes(tty, original);
}

TerminalModes adopt_modes(const TerminalModes& own, const TerminalModes& users) noexcept {
    TerminalModes modes = users;
    modes.input = mixed(own.input, users.input, adopted_input);
    modes.output = mixed(own.output, users.output, adopted_output);
    modes.local = mixed(own.local, users.local, adopted_local);
    return modes;
}

TerminalModes raw_modes(TerminalModes modes, bool keeps_output) noexcept {
    modes.input &= ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    modes.local &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    if (!keeps_output) modes.output &= ~static_cast<tcflag_t>(OPOST);
    modes.characters[VMIN] = 1;
    modes.characters[VTIME] = 0;
    return modes;
}

bool are_raw(const TerminalModes& modes) noexcept { return (modes.local & (ICANON | ECHO | ISIG)) == 0; }

bool is_dead_group(pid_t foreground) noexcept {
    return foreground == 0 || (foreground > 1 && ::kill(-foreground, 0) != 0 && errno == ESRCH);
}

bool show_output_unchanged(const TerminalModes& modes) noexcept { return (modes.output & OPOST) == 0; }

}  // namespace netrunner
