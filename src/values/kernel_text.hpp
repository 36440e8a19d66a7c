// Parses the short texts in files of /proc and of control groups: words, numbers, "KEY VALUE" lines. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// Splits at blanks, tabs and newlines.
std::vector<std::string> words_in(std::string_view text);

/// Removes blanks and newlines from the end.
std::string trimmed(std::string text);

/// A decimal number, if `text` is nothing else.
std::optional<std::uint64_t> number_in(std::string_view text);

/// The number in the word after the first word `key`, for "KEY VALUE" lines.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key);

/// The value of a line "NAME:\tVALUE" of /proc/PID/status; empty if there is no such line. A view of `status`.
std::string_view status_field(std::string_view status, std::string_view name);

/// The sum of VALUE over all words "KEY=VALUE" with this `key`. io.stat has one such word in the line of each device.
std::uint64_t sum_of(std::string_view text, std::string_view key);

}  // namespace netrunner
