// The command's environment: netrunner's own, changed by --setenv, --unset and --ignore-environment, and by what a
// pseudo-terminal needs (--pty, --term). Called by the launch plan. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/cli/options.hpp"

namespace netrunner {

/// The command's environment as NAME=VALUE entries; nothing if it is netrunner's own. `inherited`: netrunner's own
/// environment, in the same form. `gets_keys`: keys can be typed into the command's pseudo-terminal.
std::optional<std::vector<std::string>> plan_environment(const Options& options,
                                                         const std::vector<std::string>& inherited, bool gets_keys);

}  // namespace netrunner
