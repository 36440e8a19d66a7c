#include "src/values/visible_text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace netrunner {
namespace {

/// Whether `bytes` begin with a separator of lines or paragraphs, with a mark or an override of the text's direction,
/// or with a byte order mark: U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FEFF, and U+FFFE and U+FFFF, which
/// are no characters.
bool is_separator_or_direction(std::string_view bytes) {
    if (bytes.size() < 3) return false;
    const std::string_view first = bytes.substr(0, 2);
    const auto third = static_cast<unsigned char>(bytes[2]);
    if (first == "\xe2\x80") return third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae);
    if (first == "\xe2\x81") return third >= 0xa6 && third <= 0xa9;
    return bytes.starts_with("\xef\xbb\xbf") || (first == "\xef\xbf" && third >= 0xbe && third <= 0xbf);
}

/// How many bytes the control character at the start of `bytes` has; 0: there is none.
std::size_t control_length(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    if (first < 0x20 || first == 0x7f) return 1;
    if (first == 0xc2 && bytes.size() >= 2) {
        const auto second = static_cast<unsigned char>(bytes[1]);
        return second >= 0x80 && second <= 0x9f ? 2 : 0;
    }
    return is_separator_or_direction(bytes) ? 3 : 0;
}

}  // namespace

std::string visible_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const char first = bytes.front();
        const std::size_t length = control_length(bytes);
        if (first == '\\') {
            text += "\\\\";
        } else if (first == '\n') {
            text += "\\n";
        } else if (first == '\t') {
            text += "\\t";
        } else if (first == '\r') {
            text += "\\r";
        } else if (length == 0) {
            text += first;
        }
        const bool has_name = first == '\n' || first == '\t' || first == '\r';
        for (std::size_t i = 0; i < length && !has_name; ++i)
            text += fmt::format("\\x{:02X}", static_cast<unsigned char>(bytes[i]));
        bytes.remove_prefix(length > 1 ? length : 1);
    }
    return text;
}

}  // namespace netrunner
