// What somebody may have meant who mistyped a word. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// The one of `known` that is nearest to `typed`, in any case; empty when each of them would be a guess.
std::string nearest_word(std::string_view typed, std::span<const std::string_view> known);

/// "; did you mean 'kill'?", or nothing.
std::string suggestion(std::string_view typed, std::span<const std::string_view> known);

}  // namespace netrunner
