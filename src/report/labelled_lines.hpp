// Lines for people with a label in front, as --summary and `netrunner report show` print them. Pure.
#pragma once

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

}  // namespace netrunner
