#include "src/values/utf8.hpp"

#include <cstdint>

namespace netrunner {
namespace {

/// How many bytes a character has that begins with `first`, and the range of its second byte, which excludes overlong
/// forms, surrogates and what lies beyond Unicode.
struct Form {
    std::size_t bytes;  ///< 0: no character begins so
    std::uint8_t least;
    std::uint8_t most;
};

Form form_of(std::uint8_t first) {
    if (first < 0x80) return {1, 0, 0};
    if (first < 0xc2 || first > 0xf4) return {0, 0, 0};
    if (first < 0xe0) return {2, 0x80, 0xbf};
    if (first < 0xf0) {
        const std::uint8_t least = first == 0xe0 ? 0xa0 : 0x80;
        const std::uint8_t most = first == 0xed ? 0x9f : 0xbf;
        return {3, least, most};
    }
    const std::uint8_t least = first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t most = first == 0xf4 ? 0x8f : 0xbf;
    return {4, least, most};
}

}  // namespace

Utf8Step first_character(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    Form form = form_of(byte(0));
    for (std::size_t at = 1; at < form.bytes; ++at) {
        if (at == bytes.size() || byte(at) < form.least || byte(at) > form.most) return {at, false};
        form.least = 0x80;
        form.most = 0xbf;
    }
    return {form.bytes == 0 ? 1 : form.bytes, form.bytes != 0};
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const Utf8Step step = first_character(bytes);
        if (!step.valid) return false;
        bytes.remove_prefix(step.bytes);
    }
    return true;
}

}  // namespace netrunner
