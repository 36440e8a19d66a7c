// Renders the verdict as a GitHub Actions workflow command, which GitHub shows beside the step. main prints it in a
// GitHub step. Pure.
#pragma once

#include <string>

namespace netrunner {

/// "::error title=netrunner::TEXT" and a newline; "::warning" if `status` is 0, because the step then does not fail.
std::string render_annotation(const std::string& verdict, int status);

}  // namespace netrunner
