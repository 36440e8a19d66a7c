// Where to end a write so that the lines of parallel runs stay whole in a file or pipe that they share. Used by the
// relay. Pure.
#pragma once

#include <cstddef>
#include <span>

namespace netrunner {

/// The length of `bytes` up to and with its last newline; 0 if it has none.
std::size_t length_of_lines(std::span<const std::byte> bytes);

/// The beginning of `bytes` to write at once: at most `most` bytes, up to the last newline among them. If the first
/// line is longer than that, this line alone; if no line ends in `bytes`, all of them.
std::span<const std::byte> lines_to_write(std::span<const std::byte> bytes, std::size_t most);

}  // namespace netrunner
