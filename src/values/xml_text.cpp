#include "src/values/xml_text.hpp"

#include <cstddef>
#include <cstdint>

namespace netrunner {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

/// The length in bytes of the first character of `bytes`; 0 if it is not UTF-8 or not allowed in XML 1.0.
std::size_t length_of_character(std::string_view bytes) {
    const std::uint8_t first = byte_at(bytes, 0);
    if (first < 0x80) {
        const bool allowed = first >= 0x20 || first == '\t' || first == '\n' || first == '\r';
        return allowed ? 1 : 0;
    }
    const std::size_t length = first >= 0xf0 ? 4 : (first >= 0xe0 ? 3 : 2);
    if (first < 0xc2 || first > 0xf4 || bytes.size() < length) return 0;
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte_at(bytes, i) & 0xc0U) != 0x80U) return 0;
        code = (code << 6U) | (byte_at(bytes, i) & 0x3fU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff));
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    const bool no_character = code == 0xfffe || code == 0xffff;
    return overlong || surrogate || no_character ? 0 : length;
}

std::string_view escaped(char character) {
    switch (character) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";  // XML forbids "]]>" in content
        case '"': return "&quot;";
        case '\'': return "&apos;";
        case '\r': return "&#13;";  // an XML parser turns "\r" into "\n"
        default: return "";
    }
}

}  // namespace

std::string xml_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = length_of_character(bytes);
        const std::string_view special = length == 1 ? escaped(bytes.front()) : "";
        if (length == 0) {
            text += replacement;
        } else if (!special.empty()) {
            text += special;
        } else {
            text += bytes.substr(0, length);
        }
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return text;
}

}  // namespace netrunner
