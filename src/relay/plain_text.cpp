#include "src/relay/plain_text.hpp"

#include <algorithm>
#include <array>

#include "src/relay/whole_lines.hpp"

namespace netrunner {
namespace {

constexpr std::uint8_t bell = 0x07;
constexpr std::uint8_t cancel = 0x18;
constexpr std::uint8_t substitute = 0x1a;
constexpr std::uint8_t escape = 0x1b;
constexpr std::uint8_t deleted = 0x7f;
constexpr std::uint32_t blank = ' ';

/// Larger numbers in a control sequence mean the same: the edge.
constexpr std::size_t largest_parameter = 100'000;

/// How many bytes follow `first` in a UTF-8 character; 0 if `first` begins none.
unsigned bytes_after(std::uint8_t first) {
    if (first >= 0xf0 && first <= 0xf4) return 3;
    if (first >= 0xe0 && first < 0xf0) return 2;
    return first >= 0xc2 && first < 0xe0 ? 1 : 0;
}

/// Bytes for which a line has to be taken apart: control characters but tab and newline, and 0xc2, which begins U+0080
/// to U+009F.
constexpr auto is_special = [] {
    std::array<bool, 256> special{};
    for (std::size_t byte = 0; byte < ' '; ++byte) special[byte] = byte != '\t' && byte != '\n';
    special[deleted] = special[0xc2] = true;
    return special;
}();

/// The length of the lines at the start of `block` that are plain already; most lines are.
std::size_t length_of_plain_lines(std::span<const std::byte> block) {
    const auto special =
        std::ranges::find_if(block, [](std::byte byte) { return is_special[static_cast<std::uint8_t>(byte)]; });
    return length_of_lines(block.first(static_cast<std::size_t>(special - block.begin())));
}

}  // namespace

std::span<const std::byte> PlainText::pass(std::span<const std::byte> block) {
    out_.clear();
    while (!block.empty()) {
        const std::size_t plain = is_at_line_start() ? length_of_plain_lines(block) : 0;
        out_.insert(out_.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(plain));
        block = block.subspan(plain);
        // Take the line that needs the states, up to its end.
        while (!block.empty()) {
            const std::byte byte = block.front();
            block = block.subspan(1);
            take(static_cast<std::uint8_t>(byte));
            if (byte == std::byte{'\n'}) break;
        }
    }
    return out_;
}

std::span<const std::byte> PlainText::rest() {
    out_.clear();
    end_broken_character();
    state_ = State::text;
    pass_line_on();
    return out_;
}

void PlainText::take(std::uint8_t byte) {
    // A newline ends every sequence, so that a sequence without an end does not swallow the lines after it.
    if (byte == '\n' || byte == cancel || byte == substitute) state_ = State::text;
    if (byte == escape) {
        end_broken_character();
        state_ = State::escape;
        return;
    }
    switch (state_) {
        case State::text: take_text(byte); return;
        case State::escape:
            if (byte >= 0x80) return return_to_text(byte);
            if (byte < ' ') return take_control_character(byte);
            if (byte >= 0x30) begin_sequence(byte);  // else an intermediate byte: the final one follows
            return;
        case State::control:
            if (byte >= 0x80) return return_to_text(byte);
            if (byte < ' ') return take_control_character(byte);
            if (byte >= 0x40) return end_control_sequence(byte);
            take_parameter(byte);
            return;
        case State::string:
            if (byte == bell) state_ = State::text;
            return;
    }
}

/// For a byte that no sequence may contain: the sequence was broken off.
void PlainText::return_to_text(std::uint8_t byte) {
    state_ = State::text;
    take_text(byte);
}

/// `kind` is the byte after ESC.
void PlainText::begin_sequence(std::uint8_t kind) {
    parameter_ = 0;
    in_first_parameter_ = true;
    is_standard_ = true;
    switch (kind) {
        case '[': state_ = State::control; return;
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_': state_ = State::string; return;
        default: state_ = State::text; return;
    }
}

void PlainText::take_parameter(std::uint8_t byte) {
    const bool digit = byte >= '0' && byte <= '9';
    if (digit && in_first_parameter_) parameter_ = std::min(10 * parameter_ + (byte - '0'), largest_parameter);
    if (digit) return;
    in_first_parameter_ = false;
    // Private markers and intermediate bytes make another sequence of the same final byte.
    if (byte != ';' && byte != ':') is_standard_ = false;
}

void PlainText::end_control_sequence(std::uint8_t final) {
    state_ = State::text;
    if (!is_standard_ || final == deleted) return;
    const std::size_t count = std::max<std::size_t>(parameter_, 1);
    switch (final) {
        case 'C': move_to(column_ + count); break;
        case 'D': move_to(column_ - std::min(count, column_)); break;
        case 'G': move_to(count - 1); break;
        case 'J':
        case 'K':
            if (parameter_ == 0) erase(column_, cells_.size());
            if (parameter_ == 1) erase(0, column_ + 1);
            if (parameter_ == 2) erase(0, cells_.size());
            break;
        case 'P':
            if (column_ < cells_.size()) {
                const auto from = cells_.begin() + static_cast<std::ptrdiff_t>(column_);
                cells_.erase(from, from + static_cast<std::ptrdiff_t>(std::min(count, cells_.size() - column_)));
            }
            break;
        case 'X': erase(column_, column_ + count); break;
        default: break;
    }
}

void PlainText::take_text(std::uint8_t byte) {
    if (needs_ != 0) {
        if ((byte & 0xc0U) == 0x80U) return take_continuation(byte);
        end_broken_character();
    }
    if (byte < ' ' || byte == deleted) return take_control_character(byte);
    needs_ = bytes_after(byte);
    if (needs_ == 0) return put(byte);  // ASCII, or a byte that is no UTF-8
    character_ = byte;
    has_ = 1;
}

void PlainText::take_continuation(std::uint8_t byte) {
    character_ |= static_cast<std::uint32_t>(byte) << (8 * has_++);
    if (--needs_ != 0) return;
    has_ = 0;
    // U+0080 to U+009F are control characters; some begin a sequence as ESC and a letter do.
    const bool controls = (character_ & 0xffU) == 0xc2 && byte < 0xa0;
    if (controls) return begin_sequence(static_cast<std::uint8_t>(byte - 0x40));
    put(character_);
}

/// Keeps the bytes of a character that never became whole, one cell each.
void PlainText::end_broken_character() {
    needs_ = 0;
    for (; has_ != 0; --has_, character_ >>= 8U) put(character_ & 0xffU);
}

void PlainText::take_control_character(std::uint8_t byte) {
    switch (byte) {
        case '\n':
            pass_line_on();
            out_.push_back(std::byte{'\n'});
            return;
        case '\r': column_ = 0; return;
        case '\b': column_ -= column_ > 0 ? 1 : 0; return;
        case '\t': put(byte); return;
        default: return;
    }
}

void PlainText::put(std::uint32_t cell) {
    if (cells_.size() >= most_cells && column_ >= cells_.size()) pass_line_on();
    if (column_ < cells_.size()) {
        cells_[column_] = cell;
    } else {
        cells_.resize(column_, blank);
        cells_.push_back(cell);
    }
    ++column_;
}

void PlainText::move_to(std::size_t column) { column_ = std::min(column, std::max(widest, cells_.size())); }

/// Erased cells at the end of the line are removed, others become blanks.
void PlainText::erase(std::size_t begin, std::size_t end) {
    if (begin >= cells_.size()) return;
    if (end >= cells_.size()) {
        cells_.resize(begin);
    } else {
        std::fill(cells_.begin() + static_cast<std::ptrdiff_t>(begin),
                  cells_.begin() + static_cast<std::ptrdiff_t>(end), blank);
    }
}

void PlainText::pass_line_on() {
    for (std::uint32_t cell : cells_) {
        for (; cell != 0; cell >>= 8U) out_.push_back(static_cast<std::byte>(cell & 0xffU));
    }
    cells_.clear();
    column_ = 0;
}

std::string plain_text(std::string_view text) {
    PlainText filter;
    const auto append = [](std::string& all, std::span<const std::byte> part) {
        all.append(reinterpret_cast<const char*>(part.data()), part.size());
    };
    std::string plain;
    append(plain, filter.pass(std::as_bytes(std::span(text))));
    append(plain, filter.rest());
    return plain;
}

}  // namespace netrunner
