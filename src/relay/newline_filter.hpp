// Undoes what a terminal's line discipline does to the end of a line: "\r\n" becomes "\n" again. For a log beside a
// terminal that needs the carriage return. Pure; blocks may be cut anywhere.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace netrunner {

class NewlineFilter {
  public:
    /// What is to be written for `block`, which it may be itself; valid until the next call. A return at the end of a
    /// block waits for what follows it. `active`: else the block is left as it is.
    std::span<const std::byte> pass(std::span<const std::byte> block, bool active = true);
    /// What still waits when nothing follows. Invalidates what `pass` gave.
    std::span<const std::byte> rest();

  private:
    std::vector<std::byte> out_;
    bool held_ = false;  ///< the last block ended with a return
};

}  // namespace netrunner
