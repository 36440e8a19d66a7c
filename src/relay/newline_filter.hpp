// Turns the "\r\n" that a terminal's line discipline writes back into "\n". A relay uses it for the output file when
// the user's terminal needs the carriage return. Blocks may be cut anywhere. Does no I/O.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace netrunner {

class NewlineFilter {
  public:
    /// Returns the bytes to write for `block`, or `block` itself; valid until the next call. A '\r' at the end of a
    /// block is held until the next byte arrives. If not `active`, the block is not filtered.
    std::span<const std::byte> pass(std::span<const std::byte> block, bool active = true);
    /// Returns the '\r' that is still held at the end of the stream, if any. Invalidates the result of `pass`.
    std::span<const std::byte> rest();

  private:
    std::vector<std::byte> out_;
    bool held_ = false;  ///< the last byte was a '\r' that has not been returned yet
};

}  // namespace netrunner
