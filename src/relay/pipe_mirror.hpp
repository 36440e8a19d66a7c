// Shows the last byte of what splice(2) moves out of a pipe: a second pipe holds the same pages, taken with tee(2), so
// nothing is copied. A relay asks it before and after each splice. It does not move the pipe's own bytes.
#pragma once

#include <cstddef>
#include <optional>

#include "shepherd/system/descriptor.hpp"
#include "src/system/fd.hpp"

namespace netrunner {

class PipeMirror {
  public:
    /// Makes the mirror hold the next bytes of `pipe`, always the same pipe. `bytes` of the result: how many of the
    /// next bytes may be moved. `failed`: the system does not allow it.
    IoResult look(int pipe);

    /// That many of the bytes that `look` has named were moved. Returns the last one, nothing if it cannot be read.
    std::optional<std::byte> moved(std::size_t bytes);

  private:
    int open(int pipe);

    Descriptor reader_;
    Descriptor writer_;
    Descriptor nowhere_;    ///< /dev/null
    std::size_t held_ = 0;  ///< bytes in the mirror, the pipe's next ones
};

}  // namespace netrunner
