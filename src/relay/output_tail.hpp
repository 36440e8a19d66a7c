// Keeps the last `most_bytes` of the command's output for the JUnit report, both streams in the order in which they
// were read. Filled by relays; does no I/O.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace netrunner {

class OutputTail {
  public:
    static constexpr std::size_t most_bytes = 64 * 1024;

    void append(std::span<const std::byte> block);

    /// The last `count` lines, or all that is kept of them: the first may lack its start, the last its newline.
    [[nodiscard]] std::string last_lines(std::size_t count) const;

  private:
    std::string bytes_;  ///< up to 2 * most_bytes, so that old bytes are rarely erased
};

}  // namespace netrunner
