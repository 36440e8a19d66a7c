// One unlinked temporary file for output that waits and does not fit into memory. The stored outputs of a batch write
// to its end and read from its middle; what has been read gives its disk space back. It does not know whose bytes it
// has.
#pragma once

#include <cstddef>
#include <span>

#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class SpillFile {
  public:
    /// `most`: bytes that may wait in it at once; 0: none. Makes the file at first use, in TMPDIR or /tmp.
    explicit SpillFile(Size most) : most_(most) {}

    /// Appends what there is room for; returns how many bytes. 0: the limit is reached, or the disk is full.
    std::size_t append(std::span<const std::byte> bytes);
    /// Where the next byte is appended.
    [[nodiscard]] Size end() const { return end_; }
    /// Reads at `offset`; returns how many bytes, 0 after an error.
    std::size_t read(Size offset, std::span<std::byte> room) const;
    /// The bytes from `offset` have been read and are not needed any more.
    void free(Size offset, Size length);

    [[nodiscard]] Size used() const { return used_; }

  private:
    bool open();

    Descriptor file_;
    Size most_;
    Size end_ = 0;
    Size used_ = 0;
};

}  // namespace netrunner
