// Inserts a stamp (time and prefix) before each line of one stream. A line begins with its first byte and ends with
// '\n', also across blocks; a '\r' does not begin a new line. The stream's own bytes are not changed, and one fixed
// buffer serves lines of any length. Driven by a relay; reads no clock and does no I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "src/relay/line_stamp.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

/// One point in time on both clocks: the steady clock for intervals, the system clock for dates.
struct Moment {
    TimePoint steady{};
    std::chrono::system_clock::time_point date{};

    static Moment now() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }
};

class LineStamper {
  public:
    /// `begun`: the start of the run.
    LineStamper(LineStamp stamp, TimePoint begun);

    /// Starts on `block`, which was read at `moment`. Its memory must stay valid until `piece` is empty.
    void take(std::span<const std::byte> block, const Moment& moment);
    /// The next byte begins a line for the reader, although the byte before was no newline.
    void begin_line() { at_start_ = true; }
    /// The bytes to write next, stamps included; empty once the whole block has been written.
    std::span<const std::byte> piece();
    /// Whether `piece` is empty.
    [[nodiscard]] bool is_done() const { return block_.empty() && done_ == filled_; }
    /// Marks the first `written` bytes of `piece` as written. Returns how many of them came from the block, not from
    /// stamps.
    std::size_t advance(std::size_t written);
    /// Discards all bytes that have not been written.
    void drop();

  private:
    /// Position in the buffer of one lead, the stamp before a line.
    struct Lead {
        std::size_t begin;
        std::size_t end;
    };
    void fill();
    void add_lead();
    void renew_lead();

    LineStamp stamp_;
    TimePoint begun_;
    TimePoint last_line_;  ///< when the last stamped line began
    Moment moment_;
    std::span<const std::byte> block_;  ///< the rest of the block, not yet in the buffer
    bool at_start_ = true;              ///< the next byte begins a line

    std::string lead_;
    bool lead_is_current_ = false;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t filled_ = 0;
    std::size_t done_ = 0;
    std::vector<Lead> leads_;  ///< leads in the buffer, in order
    std::size_t next_lead_ = 0;
};

}  // namespace netrunner
