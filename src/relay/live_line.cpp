#include "src/relay/live_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace netrunner {
namespace {

constexpr std::size_t usual_columns = 80;
/// Erases from the cursor to the end of the line.
constexpr std::string_view clear_rest = "\033[K";

}  // namespace

LiveLine::LiveLine(const LinePosition& position) : position_(position), sink_(Sink::borrowing(STDERR_FILENO)) {}

std::string LiveLine::obstacle() {
    if (::isatty(STDERR_FILENO) == 0) return "standard error is not a terminal";
    const char* const kind = std::getenv("TERM");
    if (kind == nullptr || std::string_view(kind).empty() || std::string_view(kind) == "dumb") {
        return "the terminal cannot erase a line: TERM is unset, empty or 'dumb'";
    }
    return "";
}

std::size_t LiveLine::room() const {
    if (!position_.is_at_start()) return 0;
    // Do not draw while another process group has the foreground: the shell shows its prompt there, or the command,
    // which was lent the foreground, talks to its user. On a terminal that is not this session's controlling terminal,
    // tcgetpgrp(3) fails, and the line is drawn.
    const pid_t foreground = ::tcgetpgrp(STDERR_FILENO);
    if (foreground >= 0 && foreground != ::getpgrp()) return 0;
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    // Leave the last column free: a character there makes some terminals wrap to the next line.
    return (known ? size.ws_col : usual_columns) - 1U;
}

void LiveLine::show(const std::string& text) {
    // Return the cursor to the first column, so that the next output, from any process, begins there.
    const std::string drawn = '\r' + text + std::string(clear_rest) + '\r';
    shown_ = true;
    sink_.write(std::as_bytes(std::span(drawn)));
}

void LiveLine::erase() {
    shown_ = false;
    const std::string gone = '\r' + std::string(clear_rest);
    sink_.write(std::as_bytes(std::span(gone)));
}

}  // namespace netrunner
