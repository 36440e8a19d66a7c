#include "src/pages/html_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "src/values/utf8.hpp"

namespace netrunner {
namespace {

std::string_view escaped(char character) {
    switch (character) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return "";
    }
}

/// Of a control character of ASCII: "\\n", "\\x1B".
std::string escape_of(char control) {
    switch (control) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return fmt::format("\\x{:02X}", static_cast<unsigned char>(control));
    }
}

/// Whether `character`, in UTF-8, is a control character above ASCII, a mark or an override of direction, or a
/// separator of lines.
bool is_hidden(std::string_view character) {
    if (character.size() == 2) return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
    constexpr std::array<std::string_view, 14> hidden{
        "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
        "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbb\xbf"};
    for (const std::string_view each : hidden) {
        if (each == character) return true;
    }
    return false;
}

}  // namespace

std::string html_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const Utf8Step step = first_character(bytes);
        const auto first = static_cast<unsigned char>(bytes.front());
        const std::string_view character = bytes.substr(0, step.bytes);
        if (!step.valid || is_hidden(character)) {
            text += replacement_character;
        } else if (first < 0x20 || first == 0x7f) {
            text += escape_of(bytes.front());
        } else if (const std::string_view special = escaped(bytes.front()); !special.empty()) {
            text += special;
        } else {
            text += character;
        }
        bytes.remove_prefix(step.bytes);
    }
    return text;
}

}  // namespace netrunner
