// The words after `netrunner run` to Options, and the help on them. The only user of CLI11.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "src/cli/options.hpp"

namespace netrunner {

/// What netrunner help run shows: every option.
std::string help_of_run();

/// `words`: options, and the command. Nothing when they ask for help. Throws UsageError with one line.
std::optional<Options> parse_run(std::span<const std::string> words);

}  // namespace netrunner
