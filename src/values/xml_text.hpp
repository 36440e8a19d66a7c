// Escapes bytes as text of XML 1.0, for the JUnit file (src/report/junit). Pure.
#pragma once

#include <string>
#include <string_view>

namespace netrunner {

/// For content and for quoted attribute values. Characters with a meaning in XML are escaped. Bytes that XML cannot
/// contain (most control characters, invalid UTF-8) become U+FFFD. Of a terminal's escape sequence only the ESC byte is
/// replaced.
std::string xml_text(std::string_view bytes);

}  // namespace netrunner
