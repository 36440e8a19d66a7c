// The table of the options of `netrunner run`: one line for each option. Parses the words after `netrunner run` into
// Options and formats the help. Also sets options by name, for the records and the command line of `batch`, with the
// same lines.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/cli/option_table.hpp"
#include "src/cli/options.hpp"

namespace netrunner {

/// The text of `netrunner help run`, with every option.
std::string help_of_run();

/// `words`: the options, then the command. If an option asks for a text, that text. Throws UsageError.
std::variant<Options, AskedText> parse_run(std::span<const std::string> words);

extern const OptionTable::Command run_command;

/// Adds the options of `run` to `table`. `options` must live as long as the table.
void declare_run_options(OptionTable& table, Options& options);

struct GivenOption {
    std::string name;                   ///< "--timeout"
    std::vector<std::string> values{};  ///< empty for an option without a value
    bool wanted = true;                 ///< false: only whether the option exists and takes no value is checked
};
/// Sets the fields of the options `given`, with the parsers and the messages of the command line. Throws UsageError.
void set_run_options(Options& options, std::span<const GivenOption> given);

}  // namespace netrunner
