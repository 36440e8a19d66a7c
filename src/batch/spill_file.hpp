// One unlinked temporary file for output that waits and does not fit into memory, divided into slots. Each slot belongs
// to one stored output at a time, which fills it and reads it from its start to its end. It counts and limits what the
// file takes on the disk, and gives the pages behind a reader back. It does not know whose bytes it has.
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
    using Slot = std::uint32_t;
    static constexpr Slot none = UINT32_MAX;

    /// `most`: bytes that the file may take on the disk, in whole pages; less than a page: none. Makes the file at
    /// first use, in TMPDIR or /tmp.
    explicit SpillFile(Size most);

    /// A slot to be filled; none: nothing can be spilled.
    Slot take();
    [[nodiscard]] Size slot_size() const { return slot_size_; }
    /// Writes at `offset` of the slot what there is room for; returns how many bytes. What was written before may be
    /// written again, but no gap may be left. 0: the limit is reached, or the disk is full.
    std::size_t write(Slot slot, Size offset, std::span<const std::byte> bytes);
    /// Reads at `offset` of the slot, and not beyond its end; returns how many bytes, 0 after an error.
    std::size_t read(Slot slot, Size offset, std::span<std::byte> room) const;
    /// The bytes of the slot before `offset` are not needed any more.
    void free_before(Slot slot, Size offset);
    /// The slot is not needed any more.
    void give_back(Slot slot);

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
    bool punch(Slot slot, Size from, Size until);
    [[nodiscard]] bool is_over_limit() const;
    [[nodiscard]] off_t place(Slot slot, Size offset) const;

    Descriptor file_;
    Size most_;
    Size page_ = 4096;
    Size slot_size_;
    Size pages_ = 0;  ///< on the disk
    std::vector<State> slots_;
    std::vector<Slot> unused_;
    bool can_punch_ = true;
};

}  // namespace netrunner
