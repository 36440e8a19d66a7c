#include "src/session/command_hint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace netrunner {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view harmless = "%+,-./:=@_^";
constexpr std::string_view special = " \t\n|&;<>()$`\\\"'*?[~#";

/// `text` as one word for a shell.
std::string quoted(const std::string& text) {
    const auto is_harmless = [](char c) {
        return letters.find(c) != std::string_view::npos || digits.find(c) != std::string_view::npos ||
               harmless.find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::ranges::all_of(text, is_harmless)) return text;
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

/// FOO=bar, which a shell before a command takes for a variable of that command.
bool is_assignment(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    if (name.size() == word.size() || name.empty() || digits.find(name.front()) != std::string_view::npos) return false;
    return std::ranges::all_of(name, [](char c) {
        return letters.find(c) != std::string_view::npos || digits.find(c) != std::string_view::npos || c == '_';
    });
}

bool is_builtin(std::string_view word) {
    constexpr std::array<std::string_view, 17> builtins{".",      "alias", "cd",     "command", "eval", "exec",
                                                        "export", "if",    "for",    "read",    "set",  "shopt",
                                                        "source", "trap",  "ulimit", "umask",   "while"};
    return std::ranges::find(builtins, word) != builtins.end();
}

}  // namespace

std::string describe_meant_command(const std::string& file) {
    if (is_assignment(file)) return fmt::format(" (try: -E {})", quoted(file));
    if (is_builtin(file)) return fmt::format(" (a word of the shell; try: sh -c '{} ...')", file);
    if (file.find_first_of(special) != std::string::npos) return fmt::format(" (try: sh -c {})", quoted(file));
    return "";
}

}  // namespace netrunner
