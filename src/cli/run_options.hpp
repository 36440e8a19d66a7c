// Parses the words after `netrunner run` into Options, and formats the help of these options. Called by the parser of
// the command line (cli). The only user of CLI11.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "src/cli/options.hpp"

namespace netrunner {

/// The text of `netrunner help run`, with every option.
std::string help_of_run();

/// `words`: the options, then the command. Nothing if they ask for help. Throws UsageError.
std::optional<Options> parse_run(std::span<const std::string> words);

}  // namespace netrunner
