// Cuts a batch's input into records: lines, or texts that end with NUL (-0). Reads blocks from a function that it is
// given, which may have nothing yet. Holds one record and one block at most; knows nothing of jobs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "src/batch/record.hpp"
#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class RecordReader {
  public:
    /// As read(2): moved, would_block, end or failed.
    using Read = std::function<IoResult(std::span<std::byte>)>;
    struct Style {
        char end = '\n';
        bool skips_blank = false;       ///< a record of blanks and tabs only is none (--jsonl, --shell-lines)
        std::size_t longest = 1 << 21;  ///< a longer record is not usable, and its text is not kept
    };

    RecordReader(Read read, Style style);

    enum class State { record, waits, ended, failed };
    /// `record`: `next` holds the next record. `waits`: call again when the input is readable. `failed`: see `error`.
    /// The last record needs no end. A record that holds a NUL or is too long is not usable.
    State next(Record& next);

    /// Whether the record that `next` gave last is the input's last and has no end: the writer may have been killed.
    [[nodiscard]] bool is_unended() const { return is_unended_; }
    /// errno of the read that failed.
    [[nodiscard]] int error() const { return error_; }

  private:
    bool take(std::string_view text, Record& next);
    void forget_long_record();

    Read read_;
    Style style_;
    std::string buffer_;
    std::size_t begin_ = 0;    ///< of the record in `buffer_`
    std::size_t scanned_ = 0;  ///< no end of a record between `begin_` and here
    std::uint64_t line_ = 0;
    Size dropped_ = 0;  ///< bytes of a record that is too long, not in `buffer_` any more
    bool ended_ = false;
    bool is_unended_ = false;
    int error_ = 0;
};

}  // namespace netrunner
