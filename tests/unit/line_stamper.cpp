#include "src/relay/line_stamper.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace netrunner;
using namespace std::chrono_literals;
using Clock = LineStamp::Clock;

namespace {

constexpr TimePoint begun{100s};

Moment after(Duration duration) {
    return {begun + duration, std::chrono::system_clock::time_point(1767323045678ms) +
                                  std::chrono::duration_cast<std::chrono::system_clock::duration>(duration)};
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Returns the output for `text`, taken in steps of at most `step` bytes. Checks that all its bytes are counted.
std::string pass(LineStamper& stamper, const std::string& text, Duration when = 0s, std::size_t step = 1 << 20) {
    stamper.take(std::as_bytes(std::span(text)), after(when));
    std::string out;
    std::size_t own = 0;
    for (auto piece = stamper.piece(); !piece.empty(); piece = stamper.piece()) {
        const auto written = piece.first(std::min(step, piece.size()));
        out += text_of(written);
        own += stamper.advance(written.size());
    }
    CHECK(own == text.size());
    return out;
}

}  // namespace

TEST_SUITE_BEGIN("line_stamper");

TEST_CASE("each line has its stamp at its start, and the last one stays without its newline") {
    LineStamper stamper({.prefix = "> "}, begun);
    CHECK(pass(stamper, "a\nb\n\nc") == "> a\n> b\n> \n> c");
    CHECK(pass(stamper, "d") == "d");
    CHECK(pass(stamper, "\n") == "\n");
    CHECK(pass(stamper, "e\n") == "> e\n");
    CHECK(pass(stamper, "").empty());
}

TEST_CASE("the time is that of the line's first byte") {
    LineStamper stamper({.clock = Clock::elapsed}, begun);
    CHECK(pass(stamper, "a", 1234ms) == "00:00:01.234 a");
    CHECK(pass(stamper, "b\nc\n", 62s) == "b\n00:01:02.000 c\n");
    CHECK(pass(stamper, "d\n", 100h) == "100:00:00.000 d\n");
}

TEST_CASE("delta is the time between the first bytes of two lines") {
    LineStamper stamper({.clock = Clock::delta}, begun);
    CHECK(pass(stamper, "a\nb\n", 250ms) == "+00:00:00.250 a\n+00:00:00.000 b\n");
    CHECK(pass(stamper, "c", 1250ms) == "+00:00:01.000 c");
    CHECK(pass(stamper, "c\nd\n", 1500ms) == "c\n+00:00:00.250 d\n");
}

TEST_CASE("the time of day is RFC 3339 in UTC, and the prefix follows any time") {
    LineStamper stamper({.clock = Clock::iso, .prefix = "[x] "}, begun);
    CHECK(pass(stamper, "a\n") == "2026-01-02T03:04:05.678Z [x] a\n");
}

TEST_CASE("a carriage return begins no new line, and escape sequences stay whole") {
    LineStamper stamper({.prefix = "> "}, begun);
    CHECK(pass(stamper, "10%\r20%\r") == "> 10%\r20%\r");
    CHECK(pass(stamper, "\x1b[3") == "\x1b[3");
    CHECK(pass(stamper, "1mred\x1b[0m\r\n\x1b[2Kx") == "1mred\x1b[0m\r\n> \x1b[2Kx");
}

TEST_CASE("a line longer than any buffer is neither cut nor stamped twice") {
    LineStamper stamper({.clock = Clock::elapsed, .prefix = "> "}, begun);
    const std::string line(300'000, 'x');
    CHECK(pass(stamper, line + "\n" + line) == "00:00:00.000 > " + line + "\n00:00:00.000 > " + line);
    CHECK(pass(stamper, line + "\nend") == line + "\n00:00:00.000 > end");
}

TEST_CASE("the command's own bytes are counted exactly, wherever a write ends") {
    std::string text;
    for (int line = 0; line < 9000; ++line) text += std::string(static_cast<std::size_t>(line % 7), 'x') + "\n";
    std::string wanted;
    {
        LineStamper whole({.clock = Clock::delta, .prefix = ">"}, begun);
        wanted = pass(whole, text, 5ms);
    }
    for (const std::size_t step : {1U, 2U, 7U, 13U, 4096U}) {
        LineStamper stamper({.clock = Clock::delta, .prefix = ">"}, begun);
        CHECK(pass(stamper, text, 5ms, step) == wanted);
    }
}

TEST_CASE("dropped bytes are not written, and the next line is stamped as usual") {
    LineStamper stamper({.prefix = "> "}, begun);
    const std::string text = "a\nb\n";
    stamper.take(std::as_bytes(std::span(text)), after(0s));
    CHECK(stamper.advance(stamper.piece().first(3).size()) == 1);
    stamper.drop();
    CHECK(stamper.piece().empty());
    CHECK(pass(stamper, "c\n") == "> c\n");
}

TEST_SUITE_END();
