// The command of a batch with its placeholders: makes the argv of each job. Made once from the command line. Never goes
// through a shell, so a value needs no quotes. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/batch/word_template.hpp"

namespace netrunner {

class CommandTemplate {
  public:
    /// `is_literal` (--literal): nothing is replaced. A word with {}, {.}, {/} or {//} becomes one word for each value
    /// of the job. If no word has a placeholder, the values are appended.
    CommandTemplate(std::span<const std::string> words, bool is_literal);

    /// --shell TEXT: `/bin/sh -c TEXT sh VALUE...`. Throws UsageError if TEXT has a placeholder and not `is_literal`.
    static CommandTemplate shell(const std::string& text, bool is_literal);
    /// --shell-lines: each value is the TEXT of its own `/bin/sh -c TEXT`.
    static CommandTemplate shell_lines();

    /// How many values each job must have, because of {N}.
    [[nodiscard]] std::size_t values_needed() const { return values_needed_; }
    /// What a value adds to the space of the arguments, at most.
    [[nodiscard]] std::size_t cost_of(const std::string& value) const;
    /// The space of the words that every job has, at most.
    [[nodiscard]] std::size_t fixed_cost() const;

    /// There must be `values_needed` values.
    [[nodiscard]] std::vector<std::string> argv(const Filling& filling) const;

  private:
    std::vector<WordTemplate> words_;
    std::size_t values_needed_ = 0;
    bool appends_ = false;
};

}  // namespace netrunner
