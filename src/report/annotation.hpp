// The verdict as a workflow command of GitHub Actions, which shows it beside the step. Pure.
#pragma once

#include <string>

namespace netrunner {

/// "::error title=netrunner::TEXT" and a newline; a warning where the step does not fail.
std::string render_annotation(const std::string& verdict, int status);

}  // namespace netrunner
