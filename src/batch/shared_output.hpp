// One of netrunner's own outputs, descriptor 1 or 2, to which all jobs of a batch write. A writer that has begun a line
// holds the output until the line has ended; the others wait in turn. The pump reports when there is room again. It
// does not know what the bytes mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>

#include "src/relay/line_position.hpp"
#include "src/relay/live_line.hpp"
#include "src/relay/pump.hpp"
#include "src/relay/sink.hpp"

namespace netrunner {

/// What netrunner writes of its own to the file of standard error, which an output of the jobs may be too. Null:
/// nothing.
struct ErrorFile {
    LinePosition* position = nullptr;
    LiveLine* live_line = nullptr;
};

class SharedOutput {
  public:
    /// One who writes here. Nothing is called on it: it only names who waits.
    using Writer = const void*;

    /// Writes through `fd`, which stays open longer. `error_file`: if `fd` leads to the file of standard error.
    SharedOutput(int fd, Pump& pump, ErrorFile error_file = {});
    ~SharedOutput();
    SharedOutput(const SharedOutput&) = delete;
    SharedOutput& operator=(const SharedOutput&) = delete;

    /// Writes what fits now, if no other writer holds the output. If that is not everything, `writer` waits, and
    /// `next_waiting` names it when it is its turn. A failure stays.
    IoResult write(Writer writer, std::span<const std::byte> bytes);
    /// From now on no other writer can write, until `release`.
    void hold(Writer writer) { holder_ = writer; }
    void release(Writer writer);
    /// No other writer begins before `writer` has written; null: any may. The writer that holds the output goes on.
    void put_first(Writer writer) { first_ = writer; }
    /// `writer` is about to go.
    void forget(Writer writer);

    /// Whether `wake` is about this output. Then `next_waiting` may name a writer.
    bool handle(const Wake& wake);
    /// Removes a writer that waits from the line and returns it; null: none can write now.
    Writer next_waiting();

    /// errno of the write that failed; EPIPE: the reader has gone. 0: none has.
    [[nodiscard]] int error() const { return error_; }

  private:
    void wait(Writer writer);

    Sink sink_;
    Pump& pump_;
    ErrorFile error_file_;
    bool full_ = false;
    int error_ = 0;
    Writer holder_ = nullptr;
    Writer first_ = nullptr;
    // Each writer that waits, by its turn, and its turn.
    std::map<std::int64_t, Writer> waiting_;
    std::unordered_map<Writer, std::int64_t> turns_;
    /// The turns of writers that were named and have not written since: if another one has filled the output first,
    /// they keep their turn. Otherwise a writer that always has bytes would fill it each time, and the others would
    /// starve.
    std::unordered_map<Writer, std::int64_t> named_;
    std::int64_t first_turn_ = 0;
    std::int64_t next_turn_ = 0;
};

}  // namespace netrunner
