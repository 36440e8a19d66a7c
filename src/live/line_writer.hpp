// Writes the lines that wait for one reader, each with one write(2), as fast as the reader takes them, and never waits
// for it. `Live` has one for --events and one for each control connection; a batch has one for --events.
#pragma once

#include <string>

#include "src/live/event_queue.hpp"
#include "src/relay/pump.hpp"
#include "src/relay/sink.hpp"

namespace netrunner {

class LineWriter {
  public:
    /// `lines` makes the `dropped` events, and must outlive the writer.
    LineWriter(Sink sink, const EventLines& lines) : sink_(std::move(sink)), queue_(lines) {}

    /// Lets `pump` report to `owner` when the reader takes bytes again. Until then, and after `leave`, `flush` alone
    /// writes. The pump must live until `leave`.
    void join(Pump& pump, Owner owner);
    void leave();

    [[nodiscard]] EventQueue& queue() { return queue_; }
    [[nodiscard]] const EventQueue& queue() const { return queue_; }
    [[nodiscard]] int descriptor() const { return sink_.descriptor(); }

    /// Writes what the reader takes now.
    void flush();
    /// Writes what is left at the end of the run. Enlarges the reader's pipe if it is full; otherwise waits for the
    /// reader until `until`, and drops what it has not taken by then.
    void flush_until(TimePoint until);
    /// No reader is left, or the file cannot be written. What is added later is dropped.
    [[nodiscard]] bool is_gone() const { return gone_; }

  private:
    bool write_line(std::string_view line);
    void make_room_for(std::size_t line);

    Sink sink_;
    EventQueue queue_;
    Pump* pump_ = nullptr;
    std::size_t done_ = 0;  ///< bytes of the present line that were written
    bool gone_ = false;
};

}  // namespace netrunner
