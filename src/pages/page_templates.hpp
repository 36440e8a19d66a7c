// The text of src/pages/templates, which the build embeds (packaging/embed.cmake). page fills it in.
#pragma once

#include <string_view>

namespace netrunner {

extern const std::string_view page_html;  ///< with places for values: {{title}}
extern const std::string_view page_css;

}  // namespace netrunner
