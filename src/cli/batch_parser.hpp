// Parses the command line of `netrunner batch`: its own options, and those of `run` that have a meaning for a job,
// which are declared by the same lines as for `run` (docs/decisions/0043). `cli` calls it. Checks the syntax only.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "src/cli/batch_options.hpp"
#include "src/cli/option_table.hpp"

namespace netrunner {

/// The text of `netrunner help batch`.
std::string help_of_batch();

/// `words`: the options, then the command and the lists. Throws UsageError.
std::variant<BatchOptions, AskedText> parse_batch(std::span<const std::string> words);

}  // namespace netrunner
