#include "src/report/labelled_lines.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace netrunner {
namespace {

constexpr std::size_t label_width = 11;
constexpr std::size_t most_columns = 80;

constexpr std::string_view dim = "\033[2m";
constexpr std::string_view plain = "\033[0m";

/// Cuts a long part at its start, because the end of a path says more.
std::string fit(const std::string& part) {
    constexpr std::size_t most = most_columns - label_width - 2;
    return part.size() <= most ? part : "..." + part.substr(part.size() - (most - 3));
}

}  // namespace

void LabelledLines::add(std::string_view label, const Parts& parts, std::string_view colour) {
    std::string line;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string part = fit(parts[i] + (i + 1 < parts.size() ? "," : ""));
        if (!line.empty() && label_width + 2 + line.size() + 1 + part.size() > most_columns) {
            end_line(label, line, colour);
            label = "";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + part;
    }
    if (!line.empty()) end_line(label, line, colour);
}

std::string LabelledLines::in(std::string_view colour, const std::string& text) const {
    return coloured_ && !colour.empty() ? fmt::format("{}{}{}", colour, text, plain) : text;
}

void LabelledLines::end_line(std::string_view label, const std::string& line, std::string_view colour) {
    text_ += fmt::format("  {}{}\n", in(dim, fmt::format("{:<{}}", label, label_width)), in(colour, line));
}

}  // namespace netrunner
