#include "src/session/console.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/relay/sink.hpp"

namespace netrunner {
namespace {

/// "\r\n" if standard error is a terminal in raw mode: there, "\n" alone does not return to the first column.
std::string line_end() {
    const auto modes = read_modes(STDERR_FILENO);
    return modes && show_output_unchanged(*modes) ? "\r\n" : "\n";
}

/// What begins a line of the verdict, and a line that the option in it asked for (docs/decisions/0029).
constexpr std::string_view of_verdict = "netrunner: ";
constexpr std::string_view of_heartbeat = "netrunner --heartbeat: ";
constexpr std::string_view of_no_input = "netrunner --no-input: ";
constexpr std::string_view of_verbose = "netrunner -v: ";

std::string_view prefix_of(int level) {
    if (level == Narrator::no_input) return of_no_input;
    return level == 0 ? of_heartbeat : of_verbose;
}

/// The width of standard error's terminal, if that wraps lines and knows its width; else 0.
std::size_t wrapping_columns() {
    winsize size{};
    if (!LiveLine::obstacle().empty() || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

/// Replaces control characters, so that a file name with a newline in it does not break the line.
std::string as_line(std::string_view prefix, const std::string& text) {
    std::string line = fmt::format("{}{}", prefix, text);
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < ' '; }, '?');
    return line + line_end();
}

}  // namespace

std::string lead_to_line(const LinePosition& position) {
    if (position.is_at_start() && !position.is_shared()) return "";
    return position.lead(line_end(), position.is_shared() ? wrapping_columns() : 0);
}

std::string line_to_say(const std::string& text) { return as_line(of_verdict, text); }

void print(const std::string& text, Duration patience, LinePosition& position) {
    Sink sink = Sink::borrowing(STDERR_FILENO);
    const std::string whole = lead_to_line(position) + text;
    position.begin_own_line();
    write_all(sink, std::as_bytes(std::span(whole)), patience);
    position.note(std::as_bytes(std::span(whole)));
}

void say(const std::string& text, Duration patience, LinePosition& position) {
    print(line_to_say(text), patience, position);
}

void say_for(const std::string& option, const std::string& text, Duration patience, LinePosition& position) {
    print(as_line(fmt::format("netrunner {}: ", option), text), patience, position);
}

Narrator narrator(int verbosity, LiveLine* live_line, LinePosition& position) {
    const auto sink = std::make_shared<Sink>(Sink::borrowing(STDERR_FILENO));
    return Narrator([verbosity, sink, live_line, &position](int level, const std::string& text) {
        if (level > verbosity) return;
        const std::string line = lead_to_line(position) + as_line(prefix_of(level), text);
        if (live_line != nullptr) live_line->hide();
        const IoResult result = sink->write(std::as_bytes(std::span(line)));
        if (result.status != IoResult::Status::moved) return;
        position.begin_own_line();
        position.note(std::as_bytes(std::span(line)).first(result.bytes));
    });
}

bool colours_wanted(int descriptor) {
    const auto value = [](const char* name) {
        const char* const text = std::getenv(name);
        return std::string_view(text == nullptr ? "" : text);
    };
    const std::string_view terminal = value("TERM");
    return ::isatty(descriptor) == 1 && value("NO_COLOR").empty() && !terminal.empty() && terminal != "dumb";
}

}  // namespace netrunner
