#include "src/values/xml_text.hpp"

#include <cstddef>

#include "src/values/utf8.hpp"

namespace netrunner {
namespace {

/// The length in bytes of the first character of `bytes`; 0 if it is not UTF-8 or not allowed in XML 1.0.
std::size_t length_of_character(std::string_view bytes) {
    const Utf8Step step = first_character(bytes);
    const auto first = static_cast<unsigned char>(bytes.front());
    const bool control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
    const bool no_character = bytes.starts_with("\xef\xbf\xbe") || bytes.starts_with("\xef\xbf\xbf");
    return !step.valid || control || no_character ? 0 : step.bytes;
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
            text += replacement_character;
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
