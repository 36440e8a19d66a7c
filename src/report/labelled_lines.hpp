// Lines for people with a label in front, as --summary and `netrunner report show` print them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// Lines of at most 80 columns. Parts that do not fit into a line continue on the next one, below the first part.
class LabelledLines {
  public:
    using Parts = std::vector<std::string>;

    explicit LabelledLines(bool coloured) : coloured_(coloured) {}

    /// Adds `parts` with commas between them. Without parts, adds no line. `colour`: an escape sequence, or empty.
    void add(std::string_view label, const Parts& parts, std::string_view colour = "");

    /// Complete lines.
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    [[nodiscard]] std::string in(std::string_view colour, const std::string& text) const;
    void end_line(std::string_view label, const std::string& line, std::string_view colour);

    bool coloured_;
    std::string text_;
};

/// For what `add` is given.
namespace labelled_text {
constexpr std::string_view red = "\033[31m";
constexpr std::string_view green = "\033[32m";
constexpr std::string_view yellow = "\033[33m";
constexpr std::size_t part_columns = 67;  ///< of a part that has a line of its own
}  // namespace labelled_text

}  // namespace netrunner
