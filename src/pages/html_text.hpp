// Text from a report as text of an HTML page: nothing in it has a meaning there, and nothing in it is invisible. Every
// text of the page goes through here. Pure.
#pragma once

#include <string>
#include <string_view>

namespace netrunner {

/// For content and for quoted attribute values. Control characters are shown as escapes, a newline as `\n`; bytes that
/// are not UTF-8, and characters that change the direction of the text, become U+FFFD.
std::string html_text(std::string_view bytes);

}  // namespace netrunner
