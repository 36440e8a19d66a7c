// Turns output that was made for a terminal into plain lines: without escape sequences and control characters, and of a
// line that the command rewrote ('\r', backspace, erase in line) only the last state. A relay uses it for the output
// file (--output-format plain) and for the JUnit report. Blocks may be cut anywhere. Does no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

class PlainText {
  public:
    /// A longer line is passed on in parts, and what has been passed on can no longer be rewritten.
    static constexpr std::size_t most_cells = 64 * 1024;
    /// Cursor movements reach this column at most, or the end of the line: a terminal has an edge, too.
    static constexpr std::size_t widest = 512;

    /// Returns the lines that `block` completes, each with its '\n'; valid until the next call.
    std::span<const std::byte> pass(std::span<const std::byte> block);
    /// Returns the unfinished line at the end of the stream. Invalidates the result of `pass`.
    std::span<const std::byte> rest();
    [[nodiscard]] bool has_rest() const { return !cells_.empty() || has_ != 0; }

  private:
    /// Where the parser is in an escape sequence (ECMA-48).
    enum class State {
        text,
        escape,   ///< after ESC
        control,  ///< after CSI: parameters, then a final byte
        string,   ///< in the text of OSC, DCS, SOS, PM or APC: skipped up to its end
    };
    [[nodiscard]] bool is_at_line_start() const {
        return state_ == State::text && cells_.empty() && column_ == 0 && has_ == 0;
    }
    void take(std::uint8_t byte);
    void take_text(std::uint8_t byte);
    void take_control_character(std::uint8_t byte);
    void begin_sequence(std::uint8_t kind);
    void return_to_text(std::uint8_t byte);
    void take_parameter(std::uint8_t byte);
    void end_control_sequence(std::uint8_t final);
    void take_continuation(std::uint8_t byte);
    void end_broken_character();
    void put(std::uint32_t cell);
    void move_to(std::size_t column);
    void erase(std::size_t begin, std::size_t end);
    void pass_line_on();

    State state_ = State::text;
    std::size_t parameter_ = 0;  ///< the first number of a control sequence; 0: none
    bool in_first_parameter_ = true;
    bool is_standard_ = true;           ///< the control sequence has no private markers and no intermediate bytes
    std::vector<std::uint32_t> cells_;  ///< the line: the bytes of one UTF-8 character each, the first one lowest
    std::size_t column_ = 0;
    std::uint32_t character_ = 0;  ///< the bytes so far of an unfinished UTF-8 character
    unsigned has_ = 0;             ///< how many they are
    unsigned needs_ = 0;           ///< how many are missing
    std::vector<std::byte> out_;
};

/// All of `text` at once.
std::string plain_text(std::string_view text);

}  // namespace netrunner
