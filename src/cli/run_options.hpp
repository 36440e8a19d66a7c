// Parses the words after `netrunner run` into Options, and formats the help of these options. Called by the parser of
// the command line (cli). The only user of CLI11.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "src/cli/options.hpp"

namespace netrunner {

/// The text of `netrunner help run`, with every option.
std::string help_of_run();

enum class AskedText { help, version };

/// `words`: the options, then the command. If an option asks for a text, that text. Throws UsageError.
std::variant<Options, AskedText> parse_run(std::span<const std::string> words);

}  // namespace netrunner
