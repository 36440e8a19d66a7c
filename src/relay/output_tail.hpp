// The end of what the command has written, both streams as they came: the last lines of a failure. Bounded. Pure;
// filled by relays.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace netrunner {

class OutputTail {
  public:
    static constexpr std::size_t most_bytes = 64 * 1024;

    void append(std::span<const std::byte> block);

    /// The last `count` lines, or what is left of them; the last one may lack its newline.
    [[nodiscard]] std::string last_lines(std::size_t count) const;

  private:
    std::string bytes_;  ///< up to twice as many as are kept
};

}  // namespace netrunner
