#include "src/values/base64.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace netrunner {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digits = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values.at(static_cast<std::uint8_t>(alphabet[i])) = static_cast<std::uint8_t>(i);
    }
    return values;
}();

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), std::size_t{3}))) {
        const auto byte = [&](std::size_t at) -> std::uint32_t {
            return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0;
        };
        const std::uint32_t group = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
        text += alphabet[group >> 18U];
        text += alphabet[(group >> 12U) & 63U];
        text += bytes.size() > 1 ? alphabet[(group >> 6U) & 63U] : '=';
        text += bytes.size() > 2 ? alphabet[group & 63U] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : (text.ends_with('=') ? 1 : 0);
    text.remove_suffix(padding);
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;  // bits of the text that are not yet in a byte, and older ones above
    unsigned count = 0;
    for (const char character : text) {
        const std::uint8_t digit = digits.at(static_cast<std::uint8_t>(character));
        if (digit == no_digit) return std::nullopt;
        pending = (pending << 6U) | digit;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>((pending >> count) & 0xffU);
    }
    const std::uint32_t left = pending & ((1U << count) - 1U);
    if (left != 0) return std::nullopt;
    return bytes;
}

}  // namespace netrunner
