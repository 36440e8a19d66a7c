#include "src/batch/command_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "src/batch/argument_space.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr std::size_t longest_number = 20;  // digits of {#} and, for an input without ids, of {id}

/// The first placeholder in shell text; nothing if it has none. ${1} and ${#} are the shell's own.
std::optional<std::string> placeholder_in_shell(std::string_view text) {
    for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
        const std::size_t close = text.find('}', at);
        if (close == std::string_view::npos) return std::nullopt;
        const std::string_view word = text.substr(at, close + 1 - at);
        const bool is_parameter = at > 0 && text[at - 1] == '$';
        if (!is_parameter && WordTemplate(word).has_placeholders() && word.find('{', 1) == std::string_view::npos)
            return std::string(word);
    }
    return std::nullopt;
}

}  // namespace

CommandTemplate::CommandTemplate(std::span<const std::string> words, bool is_literal) {
    for (const std::string& word : words) {
        words_.push_back(is_literal ? WordTemplate::literal(word) : WordTemplate(word));
        values_needed_ = std::max(values_needed_, words_.back().highest_value());
    }
    appends_ = std::ranges::none_of(words_, &WordTemplate::has_placeholders);
}

CommandTemplate CommandTemplate::shell(const std::string& text, bool is_literal) {
    if (const auto found = is_literal ? std::nullopt : placeholder_in_shell(text)) {
        throw UsageError(
            fmt::format("--shell: '{}' inside the shell's text is refused: the shell would interpret the record (say "
                        "\"$1\" for the record; with --literal '{}' is plain text)",
                        *found, *found));
    }
    const std::vector<std::string> words{"/bin/sh", "-c", text, "sh"};
    return {words, true};
}

CommandTemplate CommandTemplate::shell_lines() {
    const std::vector<std::string> words{"/bin/sh", "-c"};
    return {words, true};
}

std::size_t CommandTemplate::cost_of(const std::string& value) const {
    std::size_t cost = appends_ ? space_of(value.size()) : 0;
    const Filling empty{.values = {}, .number = 0, .id = ""};
    for (const WordTemplate& word : words_) {
        if (word.is_for_each_value())
            cost += space_of(word.filled(empty, value).size() + longest_number * word.pieces());
        if (word.highest_value() > 0) cost += value.size() * word.pieces();
    }
    return std::max(cost, space_of(0));  // a pack whose records stand nowhere has to end too
}

std::size_t CommandTemplate::fixed_cost() const {
    std::size_t cost = 0;
    const Filling empty{.values = {}, .number = 0, .id = ""};
    for (const WordTemplate& word : words_) {
        if (!word.is_for_each_value()) cost += space_of(word.filled(empty, "").size() + longest_number * word.pieces());
    }
    return cost;
}

std::vector<std::string> CommandTemplate::argv(const Filling& filling) const {
    std::vector<std::string> words;
    for (const WordTemplate& word : words_) {
        if (!word.is_for_each_value()) {
            words.push_back(word.filled(filling, ""));
            continue;
        }
        for (const std::string& value : filling.values) words.push_back(word.filled(filling, value));
    }
    if (appends_) words.insert(words.end(), filling.values.begin(), filling.values.end());
    return words;
}

}  // namespace netrunner
