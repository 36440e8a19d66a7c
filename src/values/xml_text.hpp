// Bytes as text of XML 1.0. Pure.
#pragma once

#include <string>
#include <string_view>

namespace netrunner {

/// For content and for attributes in quotes: what has a meaning there is escaped, and whatever XML cannot hold at all
/// (most control characters, what is not UTF-8) becomes U+FFFD. Escape sequences of a terminal lose their ESC alone.
std::string xml_text(std::string_view bytes);

}  // namespace netrunner
