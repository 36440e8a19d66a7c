// The output of one job that waits, both streams in the order in which they were read: first in memory, then in the
// spill file. The group outputs own one for each job. It knows neither the floor nor netrunner's outputs.
#pragma once

#include <cstddef>
#include <list>
#include <span>
#include <vector>

#include "src/batch/spill_file.hpp"

namespace netrunner {

/// The memory and the file that the stored outputs of all jobs share.
struct OutputStorage {
    Size most_memory = 64 * 1024 * 1024;
    Size most_memory_each = 1024 * 1024;
    Size memory = 0;  ///< in use
    SpillFile file;
    /// What was last read of the file.
    struct Window {
        SpillFile::Segment segment = SpillFile::none;
        std::size_t offset = 0;
        std::vector<std::byte> bytes{};
    };
    Window window{};
};

class StoredOutput {
  public:
    explicit StoredOutput(OutputStorage& storage) : storage_(storage) {}
    ~StoredOutput() { clear(); }
    StoredOutput(const StoredOutput&) = delete;
    StoredOutput& operator=(const StoredOutput&) = delete;

    /// Stores what there is room for; returns how many bytes.
    std::size_t store(bool is_error, std::span<const std::byte> bytes);

    [[nodiscard]] bool is_empty() const { return blocks_.empty(); }
    /// Some of the first bytes, all of one stream; nothing if the file cannot be read. Valid until the next call of a
    /// function of any stored output of this storage.
    std::span<const std::byte> front();
    /// Whether the bytes that `front` returned are of standard error.
    [[nodiscard]] bool is_error() const { return first_.is_error; }
    /// The first `size` bytes of `front` are done.
    void advance(std::size_t size);
    void clear();

  private:
    /// A part of what is stored, in memory or in a segment of the file. Its content are pieces: a header and bytes of
    /// one stream. So the smallest pieces cost a few bytes in either place.
    struct Block {
        std::vector<std::byte> memory{};
        SpillFile::Segment segment = SpillFile::none;  ///< none: it is in memory
        std::size_t filled = 0;
        std::size_t done = 0;

        [[nodiscard]] bool is_in_file() const { return segment != SpillFile::none; }
    };
    struct Piece {
        std::size_t offset = 0;  ///< of its header in the block
        std::size_t length = 0;  ///< of its bytes; 0: there is no such piece
        bool is_error = false;
    };
    bool store_in_memory(bool is_error, std::span<const std::byte> bytes);
    std::size_t store_in_file(bool is_error, std::span<const std::byte> bytes);
    std::size_t append_to_segment(bool is_error, std::span<const std::byte> bytes);
    [[nodiscard]] bool can_extend(bool is_error) const;
    void add_block(Block block);
    void drop_first_block();
    std::span<const std::byte> read(const Block& block, std::size_t offset);

    OutputStorage& storage_;
    Size memory_ = 0;
    std::list<Block> blocks_;  ///< none is empty
    Piece first_;              ///< its bytes that are not done are the front; its offset is not used
    Piece last_;               ///< of the last block
};

}  // namespace netrunner
