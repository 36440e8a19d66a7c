// Makes text of any bytes visible as a part of one line: control characters as escapes. For tags and lists whose text
// comes from a record, so that no record breaks a line or forges one. Pure.
#pragma once

#include <string>
#include <string_view>

namespace netrunner {

/// A newline becomes `\n`, a tab `\t`, a carriage return `\r`, a backslash `\\`, and every other control character
/// `\xHH` for each of its bytes: those of ASCII, and those of Unicode in UTF-8 (U+0080 to U+009F), separators of lines,
/// and what changes the direction of the text (U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FEFF, U+FFFE,
/// U+FFFF). Different bytes give different texts.
std::string visible_text(std::string_view bytes);

}  // namespace netrunner
