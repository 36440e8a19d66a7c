// Puts a stamp before each line of one stream. A line begins with its first byte, whatever block that comes in, and
// ends with '\n': a '\r' draws it anew and begins no other. The bytes themselves stay as they are, and a line of any
// length goes through one fixed buffer. Pure; driven by a relay.
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

/// One moment on both clocks.
struct Moment {
    TimePoint steady{};
    std::chrono::system_clock::time_point date{};

    static Moment now() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }
};

class LineStamper {
  public:
    /// `begun`: when the run began.
    LineStamper(LineStamp stamp, TimePoint begun);

    /// `block` came at `moment`; it has to stay where it is until `piece` is empty.
    void take(std::span<const std::byte> block, const Moment& moment);
    /// What is to be written next; empty when all of the block has been.
    std::span<const std::byte> piece();
    /// The first `written` bytes of `piece` have been written. How many of these came from the block.
    std::size_t advance(std::size_t written);
    /// What has not been written will not be.
    void drop();

  private:
    struct Lead {
        std::size_t begin;
        std::size_t end;
    };
    void fill();
    void add_lead();
    void renew_lead();

    LineStamp stamp_;
    TimePoint begun_;
    TimePoint last_line_;  ///< when it began
    Moment moment_;
    std::span<const std::byte> block_;  ///< what has not been put into the buffer
    bool at_start_ = true;              ///< of a line

    std::string lead_;
    bool lead_is_current_ = false;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t filled_ = 0;
    std::size_t done_ = 0;
    std::vector<Lead> leads_;  ///< where they are in the buffer
    std::size_t next_lead_ = 0;
};

}  // namespace netrunner
