// The environment that the command gets: netrunner's own, and what the options change of it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/cli/options.hpp"

namespace netrunner {

/// Nothing when it is just as it was `inherited`, NAME=VALUE each.
std::optional<std::vector<std::string>> plan_environment(const Options& options,
                                                         const std::vector<std::string>& inherited);

}  // namespace netrunner
