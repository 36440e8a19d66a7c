#include "src/session/console.hpp"

#include <fmt/format.h>
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
const char* line_end() {
    const auto modes = read_modes(STDERR_FILENO);
    return modes && show_output_unchanged(*modes) ? "\r\n" : "\n";
}

/// What begins a line of the verdict, and a line that the option in it asked for (docs/decisions/0029).
constexpr std::string_view of_verdict = "netrunner: ";
constexpr std::string_view of_heartbeat = "netrunner --heartbeat: ";
constexpr std::string_view of_verbose = "netrunner -v: ";

/// Replaces control characters, so that a file name with a newline in it does not break the line.
std::string as_line(std::string_view prefix, const std::string& text) {
    std::string line = fmt::format("{}{}", prefix, text);
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < ' '; }, '?');
    return line + line_end();
}

}  // namespace

void print(const std::string& text, Duration patience) {
    Sink sink = Sink::borrowing(STDERR_FILENO);
    write_all(sink, std::as_bytes(std::span(text)), patience);
}

void say(const std::string& text, Duration patience) { print(as_line(of_verdict, text), patience); }

Narrator narrator(int verbosity, LiveLine* live_line) {
    const auto sink = std::make_shared<Sink>(Sink::borrowing(STDERR_FILENO));
    return Narrator([verbosity, sink, live_line](int level, const std::string& text) {
        if (level > verbosity) return;
        const std::string line = as_line(level == 0 ? of_heartbeat : of_verbose, text);
        if (live_line != nullptr) live_line->hide();
        sink->write(std::as_bytes(std::span(line)));
        if (live_line != nullptr) live_line->note(std::as_bytes(std::span(line)));
    });
}

bool colours_wanted() {
    const auto value = [](const char* name) {
        const char* const text = std::getenv(name);
        return std::string_view(text == nullptr ? "" : text);
    };
    const std::string_view terminal = value("TERM");
    return ::isatty(STDERR_FILENO) == 1 && value("NO_COLOR").empty() && !terminal.empty() && terminal != "dumb";
}

}  // namespace netrunner
