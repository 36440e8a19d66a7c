// Base64 as in RFC 4648, section 4: with padding and in one line. Control commands and replies carry bytes in it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace netrunner {

std::string to_base64(std::string_view bytes);

/// The bytes of `text`. Nothing if it is not base64: another character, also a blank or a newline, missing padding, or
/// bits after the last byte that are not 0.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace netrunner
