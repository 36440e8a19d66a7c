#include "src/values/visible_text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace netrunner {
namespace {

/// How many bytes the control character at the start of `bytes` has; 0: there is none.
std::size_t control_length(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    if (first < 0x20 || first == 0x7f) return 1;
    if (first == 0xc2 && bytes.size() >= 2) {
        const auto second = static_cast<unsigned char>(bytes[1]);
        return second >= 0x80 && second <= 0x9f ? 2 : 0;
    }
    return bytes.starts_with("\xe2\x80\xa8") || bytes.starts_with("\xe2\x80\xa9") ? 3 : 0;
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
