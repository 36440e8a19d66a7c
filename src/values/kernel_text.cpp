#include "src/values/kernel_text.hpp"

#include <algorithm>
#include <charconv>

namespace netrunner {

std::vector<std::string> words_in(std::string_view text) {
    constexpr std::string_view blanks = " \t\n";
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(blanks, at)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
    const auto words = words_in(text);
    const auto found = std::ranges::find(words, key);
    if (found == words.end() || found + 1 == words.end()) return std::nullopt;
    return number_in(found[1]);
}

std::string_view status_field(std::string_view status, std::string_view name) {
    std::size_t at = 0;
    while (at < status.size()) {
        const std::size_t end = std::min(status.find('\n', at), status.size());
        const std::string_view line = status.substr(at, end - at);
        if (line.starts_with(name) && line.substr(name.size()).starts_with(":\t")) return line.substr(name.size() + 2);
        at = end + 1;
    }
    return {};
}

std::uint64_t sum_of(std::string_view text, std::string_view key) {
    std::uint64_t sum = 0;
    for (const std::string& word : words_in(text)) {
        if (word.starts_with(key) && word.size() > key.size() && word[key.size()] == '=') {
            sum += number_in(std::string_view(word).substr(key.size() + 1)).value_or(0);
        }
    }
    return sum;
}

}  // namespace netrunner
