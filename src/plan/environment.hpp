// The command's environment: netrunner's own, changed by --setenv, --unset and --ignore-environment. Called by the
// launch plan. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/cli/options.hpp"

namespace netrunner {

/// The command's environment as NAME=VALUE entries; nothing if no option changes it. `inherited`: netrunner's own
/// environment, in the same form.
std::optional<std::vector<std::string>> plan_environment(const Options& options,
                                                         const std::vector<std::string>& inherited);

}  // namespace netrunner
