#include "src/relay/live_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace netrunner {
namespace {

constexpr std::size_t usual_columns = 80;
/// Clears from the cursor to the end of its line.
constexpr std::string_view clear_rest = "\033[K";

}  // namespace

LiveLine::LiveLine() : sink_(Sink::borrowing(STDERR_FILENO)) {}

std::string LiveLine::obstacle() {
    if (::isatty(STDERR_FILENO) == 0) return "standard error is no terminal";
    const char* const kind = std::getenv("TERM");
    if (kind == nullptr || std::string_view(kind).empty() || std::string_view(kind) == "dumb") {
        return "the terminal cannot clear a line (TERM)";
    }
    return "";
}

std::size_t LiveLine::room() const {
    if (!at_start_) return 0;
    // In the background it would be drawn into what the shell shows, and whoever was lent the foreground is talking to
    // its user. Where the terminal is not our session's nobody says whose turn it is.
    const pid_t foreground = ::tcgetpgrp(STDERR_FILENO);
    if (foreground >= 0 && foreground != ::getpgrp()) return 0;
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    // A character in the last column makes some terminals go to the next line.
    return (known ? size.ws_col : usual_columns) - 1U;
}

void LiveLine::show(const std::string& text) {
    // The cursor goes back to the start, so that whatever is written next begins there.
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
