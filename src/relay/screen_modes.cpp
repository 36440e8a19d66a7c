#include "src/relay/screen_modes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace netrunner {
namespace {

constexpr std::uint8_t bell = 0x07;
constexpr std::uint8_t cancel = 0x18;
constexpr std::uint8_t substitute = 0x1a;
constexpr std::uint8_t escape = 0x1b;
constexpr std::uint8_t erased = 0x7f;
constexpr std::uint32_t most_value = 65535;
constexpr std::uint8_t deepest_stack = 99;

/// A private mode (`CSI ? NUMBER h` and `l`) and whether it is usually on.
struct Mode {
    std::uint16_t number;
    bool usually_on = false;
};
/// In the order in which they are ended: the alternate screen last, because its cursor and keys belong to it.
constexpr std::array<Mode, 25> modes{{{2026},     // synchronized output: nothing is shown while it lasts
                                      {1},        // application cursor keys
                                      {5},        // reverse video
                                      {7, true},  // automatic wrapping
                                      {66},       // application keypad
                                      {9},        // mouse reporting and its encodings, focus reporting
                                      {1000},    {1001},     {1002}, {1003}, {1004}, {1005},
                                      {1006},    {1007},     {1015}, {1016}, {2004},  // bracketed paste
                                      {2031},                                         // colour scheme reports
                                      {2048},                                         // size reports
                                      {69},                                           // left and right margins
                                      {1036},    {25, true},                          // the cursor is shown
                                      {47},      {1047},     {1049}}};
constexpr std::size_t first_alternate = modes.size() - 3;
constexpr std::uint32_t alternate_bits = 0b111U << first_alternate;

constexpr std::uint32_t bit_of(std::uint16_t number) {
    for (std::size_t i = 0; i < modes.size(); ++i) {
        if (modes[i].number == number) return 1U << i;
    }
    return 0;
}

/// What DECSTR (`CSI ! p`) resets.
constexpr std::uint32_t soft_bits = bit_of(1) | bit_of(7) | bit_of(25) | bit_of(66) | bit_of(69);

bool is_intermediate(std::uint8_t byte) { return byte >= 0x20 && byte <= 0x2f; }

}  // namespace

void ScreenModes::watch(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (state_ == State::text) {
            // Plain text, the bulk of all output, is only searched for ESC.
            const void* const found = std::memchr(bytes.data(), escape, bytes.size());
            if (found == nullptr) return;
            bytes = bytes.subspan(static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data()));
        }
        take(static_cast<std::uint8_t>(bytes.front()));
        bytes = bytes.subspan(1);
    }
}

void ScreenModes::take(std::uint8_t byte) {
    // In every state, ESC begins a new sequence, and CAN and SUB end the present one.
    if (byte == escape) return begin_escape();
    if (byte == cancel || byte == substitute) {
        state_ = State::text;
        return;
    }
    if (state_ == State::string) {
        if (byte == bell) state_ = State::text;
        return;
    }
    if (byte < 0x20 || byte == erased) return;  // the terminal obeys it and goes on with the sequence
    if (byte >= 0x80) {
        state_ = State::text;  // no sequence
    } else if (is_intermediate(byte)) {
        intermediate_ = byte;
    } else if (state_ == State::escape) {
        end_escape(byte);
    } else if (byte < 0x40) {
        take_parameter(byte);
    } else {
        state_ = State::text;
        end_control(byte);
    }
}

void ScreenModes::begin_escape() {
    state_ = State::escape;
    prefix_ = intermediate_ = 0;
    extended_ = false;
    count_ = 0;
    parameters_ = {};
}

void ScreenModes::end_escape(std::uint8_t final) {
    state_ = State::text;
    if (intermediate_ == '(') begun_.line_drawing = final != 'B';
    if (intermediate_ != 0) return;
    switch (final) {
        case '[': state_ = State::control; break;
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_': state_ = State::string; break;
        case '=': begun_.keypad = true; break;
        case '>': begun_.keypad = false; break;
        case 'c': begun_ = {}; break;  // RIS
        default: break;
    }
}

void ScreenModes::take_parameter(std::uint8_t byte) {
    if (byte >= '<') {
        prefix_ = byte;
        return;
    }
    if (count_ == 0) count_ = 1;
    if (byte == ';') {
        ++count_;
        return;
    }
    extended_ = extended_ || byte == ':';
    if (byte == ':' || count_ > parameters_.size()) return;
    std::uint32_t& value = parameters_[count_ - 1];
    value = std::min(value * 10 + (byte - '0'), most_value);
}

void ScreenModes::end_control(std::uint8_t final) {
    count_ = std::min(count_, parameters_.size());
    if (prefix_ == '?' && intermediate_ == 0 && (final == 'h' || final == 'l')) return set_private(final == 'h');
    if (final == 'u' && intermediate_ == 0) return set_keys(prefix_);
    if (prefix_ == '>' && (final == 'm' || final == 'n')) {
        if (count_ == 0 || parameter(0) == 4) begun_.other_keys = final == 'm' && parameter(1) != 0;
        return;
    }
    if (prefix_ != 0) return;
    if (intermediate_ == '!' && final == 'p') return reset_softly();
    if (intermediate_ == ' ' && final == 'q') begun_.cursor_shape = parameter(0) != 0;
    if (intermediate_ != 0) return;
    if (final == 'm') set_attributes();
    if (final == 'r') begun_.region = parameter(0) > 1 || parameter(1) != 0;
    if ((final == 'h' || final == 'l') && parameter(0) == 4) begun_.insert = final == 'h';
}

void ScreenModes::set_private(bool on) {
    for (std::size_t at = 0; at < count_; ++at) {
        for (std::size_t i = 0; i < modes.size(); ++i) {
            if (modes[i].number != parameters_[at]) continue;
            // The three numbers of the alternate screen switch one screen.
            if (i >= first_alternate) begun_.switched &= ~alternate_bits;
            const std::uint32_t bit = 1U << i;
            begun_.switched = on != modes[i].usually_on ? begun_.switched | bit : begun_.switched & ~bit;
        }
    }
}

/// `CSI … m`: 0 or nothing at the end resets all. 38, 48 and 58 have numbers of their own behind them, perhaps a 0.
void ScreenModes::set_attributes() {
    const std::span given(parameters_.data(), count_);
    const bool has_colour =
        extended_ || std::ranges::any_of(given, [](std::uint32_t n) { return n == 38 || n == 48 || n == 58; });
    begun_.attributes = has_colour || (!given.empty() && given.back() != 0);
}

/// kitty's keyboard protocol: `CSI > FLAGS u` pushes, `CSI < COUNT u` pops, `CSI = FLAGS u` sets.
void ScreenModes::set_keys(std::uint8_t prefix) {
    const std::size_t screen = is_on_alternate() ? 1 : 0;
    std::uint8_t& depth = begun_.keys[screen];
    if (prefix == '>') {
        depth = std::min<std::uint8_t>(depth, deepest_stack - 1) + 1;
    } else if (prefix == '<') {
        depth -= static_cast<std::uint8_t>(std::min<std::uint32_t>(depth, std::max(1U, parameter(0))));
    } else if (prefix == '=') {
        const auto bit = static_cast<std::uint8_t>(1U << screen);
        begun_.keys_set = static_cast<std::uint8_t>(parameter(0) != 0 ? begun_.keys_set | bit : begun_.keys_set & ~bit);
    }
}

void ScreenModes::reset_softly() {
    begun_.switched &= ~soft_bits;
    begun_.keypad = begun_.region = begun_.insert = begun_.attributes = begun_.line_drawing = false;
}

bool ScreenModes::is_on_alternate() const { return (begun_.switched & alternate_bits) != 0; }

bool ScreenModes::returns_cursor() const { return (begun_.switched & bit_of(1049)) != 0; }

std::string ScreenModes::ending() const {
    const auto end_keys = [&](std::size_t screen) -> std::string {
        const std::string pops = begun_.keys[screen] > 0 ? fmt::format("\033[<{}u", begun_.keys[screen]) : "";
        return (begun_.keys_set & (1U << screen)) != 0 ? pops + "\033[=0u" : pops;
    };
    std::string text;
    if (state_ != State::text) text += "\033\\";  // ends a string, and is nothing after any other cut sequence
    if (is_on_alternate()) text += end_keys(1);
    if (begun_.other_keys) text += "\033[>4m";
    if (begun_.region) text += "\0337\033[r\0338";  // the reset moves the cursor: save and restore it
    if (begun_.insert) text += "\033[4l";
    if (begun_.line_drawing) text += "\033(B";
    if (begun_.attributes) text += "\033[m";
    if (begun_.keypad) text += "\033>";
    if (begun_.cursor_shape) text += "\033[0 q";
    for (std::size_t i = 0; i < modes.size(); ++i) {
        if ((begun_.switched & (1U << i)) == 0) continue;
        text += fmt::format("\033[?{}{}", modes[i].number, modes[i].usually_on ? 'h' : 'l');
    }
    return text + end_keys(0);
}

}  // namespace netrunner
