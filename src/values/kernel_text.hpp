// The kernel's small texts taken apart: words, numbers, "KEY VALUE" lines. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// What stands between blanks and ends of lines.
std::vector<std::string> words_in(std::string_view text);

/// Without blanks and newlines at its end.
std::string trimmed(std::string text);

/// Decimal, and nothing else beside it.
std::optional<std::uint64_t> number_in(std::string_view text);

/// The number after the word `key`, as in "KEY VALUE" lines.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key);

/// The sum of all "KEY=VALUE" words of `key`, as io.stat has one line a device.
std::uint64_t sum_of(std::string_view text, std::string_view key);

}  // namespace netrunner
