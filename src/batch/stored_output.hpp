// The output of one job that waits, both streams in the order in which they were read: first in memory, then in the
// spill file. The group outputs own one for each job. It knows neither the floor nor netrunner's outputs.
#pragma once

#include <cstddef>
#include <deque>
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
};

class StoredOutput {
  public:
    explicit StoredOutput(OutputStorage& storage) : storage_(storage) {}
    ~StoredOutput() { clear(); }
    StoredOutput(const StoredOutput&) = delete;
    StoredOutput& operator=(const StoredOutput&) = delete;

    /// Stores what there is room for; returns how many bytes.
    std::size_t store(bool is_error, std::span<const std::byte> bytes);

    [[nodiscard]] bool is_empty() const { return pieces_.empty(); }
    /// Whether the first bytes are of standard error.
    [[nodiscard]] bool is_error() const { return pieces_.front().is_error; }
    /// Some of the first bytes, all of one stream. Valid until the next call of another function.
    std::span<const std::byte> front();
    /// The first `size` bytes of `front` are done.
    void advance(std::size_t size);
    void clear();

  private:
    struct Piece {
        bool is_error = false;
        std::vector<std::byte> memory{};  ///< empty: the piece is in the file
        Size offset = 0;                  ///< there, of the first byte that is not done
        Size length = 0;                  ///< in the file, not done
        std::size_t done = 0;             ///< of `memory`
    };
    bool store_in_memory(bool is_error, std::span<const std::byte> bytes);
    std::size_t store_in_file(bool is_error, std::span<const std::byte> bytes);

    OutputStorage& storage_;
    Size memory_ = 0;
    std::deque<Piece> pieces_;
    std::vector<std::byte> read_;  ///< of the file
};

}  // namespace netrunner
