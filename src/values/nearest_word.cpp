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

/// The number of letters to change, add or remove, whatever their case (Levenshtein distance).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_word(std::string_view typed, std::span<const std::string_view> known) {
    // A word at a larger distance would be a guess. So would a word that has to change in more than half of its
    // letters.
    constexpr std::size_t most = 2;
    std::string_view nearest;
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
