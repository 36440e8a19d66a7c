#include "src/values/nearest_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <utility>

namespace netrunner {
namespace {

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// The number of letters to change, add or remove, or of neighbours to exchange, whatever their case (optimal string
/// alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    std::vector<std::size_t> above = row;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> next(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = row[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            next[j] = std::min({change, row[j] + 1, next[j - 1] + 1});
            const bool exchanged = i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]);
            if (exchanged) next[j] = std::min(next[j], above[j - 2] + 1);
        }
        above = std::exchange(row, std::move(next));
    }
    return row.back();
}

/// The shortest word of `known` that begins with `typed`. A beginning of one or two letters says too little.
std::string_view completed(std::string_view typed, std::span<const std::string_view> known) {
    constexpr std::size_t least = 3;
    const std::size_t letters = typed.size() - std::min(typed.find_first_not_of('-'), typed.size());
    std::string_view shortest;
    if (letters < least) return shortest;
    for (const std::string_view word : known) {
        const bool begins = std::ranges::equal(word.substr(0, typed.size()), typed, same_letter);
        if (begins && (shortest.empty() || word.size() < shortest.size())) shortest = word;
    }
    return shortest;
}

}  // namespace

std::string nearest_word(std::string_view typed, std::span<const std::string_view> known) {
    // A word at a larger distance would be a guess. So would a word that has to change in more than half of its
    // letters.
    constexpr std::size_t most = 2;
    std::string_view nearest = completed(typed, known);
    if (!nearest.empty()) return std::string(nearest);
    std::size_t best = most + 1;
    for (const std::string_view word : known) {
        const std::size_t distance = edit_distance(typed, word);
        if (distance < best && 2 * distance <= word.size()) {
            best = distance;
            nearest = word;
        }
    }
    return std::string(nearest);
}

std::string suggestion(std::string_view typed, std::span<const std::string_view> known) {
    const std::string nearest = nearest_word(typed, known);
    return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

}  // namespace netrunner
