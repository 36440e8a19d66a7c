// One unlinked temporary file for output that waits and does not fit into memory, divided into segments. Each segment
// belongs to one stored output at a time, which fills it and reads it from its start to its end. It counts and limits
// what the file takes on the disk, and gives the pages behind a reader back. It does not know whose bytes it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class SpillFile {
  public:
    using Segment = std::uint32_t;
    static constexpr Segment none = UINT32_MAX;

    /// `most`: bytes that the file may take on the disk, in whole pages; less than a page: none. Makes the file at
    /// first use, in TMPDIR or /tmp.
    explicit SpillFile(Size most);

    /// A segment to be filled; none: nothing can be spilled.
    Segment take();
    [[nodiscard]] Size segment_size() const { return segment_size_; }
    /// Writes at `offset` of the segment what there is room for; returns how many bytes. What was written before may be
    /// written again, but no gap may be left. 0: the limit is reached, or the disk is full.
    std::size_t write(Segment segment, Size offset, std::span<const std::byte> bytes);
    /// Reads at `offset` of the segment, and not beyond its end; returns how many bytes, 0 after an error.
    std::size_t read(Segment segment, Size offset, std::span<std::byte> room) const;
    /// The bytes of the segment before `offset` are not needed any more.
    void free_before(Segment segment, Size offset);
    /// The segment is not needed any more.
    void give_back(Segment segment);

    /// What the file takes on the disk, as it was counted here.
    [[nodiscard]] Size used() const { return pages_ * page_; }
    [[nodiscard]] Size page() const { return page_; }

  private:
    /// The pages from `low` to before `high` are on the disk.
    struct State {
        std::uint32_t low = 0;
        std::uint32_t high = 0;
    };
    bool open();
    void find_page_size();
    bool punch(Segment segment, Size from, Size until);
    [[nodiscard]] bool is_over_limit() const;
    [[nodiscard]] off_t place(Segment segment, Size offset) const;

    Descriptor file_;
    Size most_;
    Size page_ = 4096;
    Size segment_size_;
    Size pages_ = 0;  ///< on the disk
    std::vector<State> segments_;
    std::vector<Segment> unused_;
    bool can_punch_ = true;
};

}  // namespace netrunner
