// Finds the characters of UTF-8 text, and the bytes in it that are not UTF-8. Used by the writers of JSON and XML.
// Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace netrunner {

/// U+FFFD.
inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

/// What a text begins with.
struct Utf8Step {
    std::size_t bytes = 1;
    bool valid = false;
};

/// The first character of `bytes`, which must not be empty. If they do not begin with a whole character, `bytes` of the
/// result are those that one U+FFFD replaces: a character's beginning that the next byte does not continue, or one byte
/// that cannot begin a character.
Utf8Step first_character(std::string_view bytes);

/// Whether all of `bytes` is UTF-8. False if the last character is cut.
bool is_utf8(std::string_view bytes);

}  // namespace netrunner
