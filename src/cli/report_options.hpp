// The words of `netrunner report` as a plain value, and their parser. The command line calls it. Checks the syntax
// only: it opens no file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/cli/option_table.hpp"

namespace netrunner {

/// `netrunner report merge`.
struct MergeRequest {
    std::vector<std::string> reports{};
    std::optional<std::string> junit{};  ///< `-` is standard output
};

/// `netrunner report show`, `html`, `markdown`, `junit` and `trace`.
struct ShowRequest {
    enum class Form { text, html, markdown, junit, trace };
    Form form = Form::text;
    std::vector<std::string> reports{};  ///< never empty; `-` is standard input; `trace` has one
};

/// The text of `netrunner help report`.
std::string help_of_report();

/// `words`: those after `report`. Throws UsageError.
std::variant<MergeRequest, ShowRequest, AskedText> parse_report(std::span<const std::string> words);

}  // namespace netrunner
