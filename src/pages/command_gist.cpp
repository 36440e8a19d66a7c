#include "src/pages/command_gist.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace netrunner {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

std::string_view base_name(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1);
}

bool is_option(std::string_view word) { return word.starts_with('-'); }

/// Whether `word` ends with a dot and a few letters or digits.
bool has_extension(std::string_view word) {
    const std::size_t dot = word.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || word.size() - dot > 6 || word.size() - dot < 2) return false;
    return std::ranges::all_of(word.substr(dot + 1), [](unsigned char c) { return std::isalnum(c) != 0; }) &&
           std::isalpha(static_cast<unsigned char>(word[dot + 1])) != 0;
}

bool is_shell(std::string_view name) { return name == "sh" || name == "bash" || name == "dash" || name == "zsh"; }

/// Whether `word` is the option of the interpreter `name` that a script follows.
bool begins_script(std::string_view name, std::string_view word) {
    if (is_shell(name)) return is_option(word) && word.ends_with('c');
    if (name.starts_with("python")) return word == "-c";
    if (name == "perl" || name == "ruby" || name == "node") return word == "-e" || word == "-E";
    return name == "php" && word == "-r";
}

}  // namespace

std::string cut_to(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    std::size_t end = most > 3 ? most - 3 : 0;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
    return std::string(text.substr(0, end)) + "...";
}

std::string gist_of(std::string_view command, std::size_t most) {
    const std::vector<std::string_view> words = words_of(command);
    if (words.empty()) return "";
    const std::string_view name = base_name(words.front());
    std::string gist(name);
    if (words.size() > 2 && begins_script(name, words[1])) {
        const auto at = static_cast<std::size_t>(words[2].data() - command.data());
        const std::string_view program = base_name(words[2]);
        return cut_to(gist + ": " + std::string(program) + std::string(command.substr(at + words[2].size())), most);
    }
    const auto plain = [&](auto test) {
        return std::find_if(words.begin() + 1, words.end(),
                            [&](std::string_view word) { return !is_option(word) && test(word); });
    };
    auto found = plain(has_extension);
    if (found == words.end()) found = plain([](std::string_view) { return true; });
    if (found != words.end()) {
        std::string_view file = base_name(*found);
        // A compiler's list of dependencies, which comes before its source, is named after the source: "a.cpp.d".
        if (file.ends_with(".d") && has_extension(file.substr(0, file.size() - 2))) file.remove_suffix(2);
        gist += " " + std::string(file);
    }
    return cut_to(gist, most);
}

}  // namespace netrunner
