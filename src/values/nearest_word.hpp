// Suggests the known word that a mistyped word probably stands for. The parsers of options and names use it in their
// messages. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// The word of `known` that `typed` is the beginning of, or else the nearest one, ignoring case; empty if no word is
/// near enough.
std::string nearest_word(std::string_view typed, std::span<const std::string_view> known);

/// The nearest word as the end of a message: "; did you mean 'kill'?". Empty if no word is near enough.
std::string suggestion(std::string_view typed, std::span<const std::string_view> known);

}  // namespace netrunner
