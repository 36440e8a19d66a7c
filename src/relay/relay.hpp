// One stream on its way: from a source to a sink, and where asked to a second one as well. It moves bytes until
// the kernel says would-block and then waits for readiness; what cannot go on stays in the kernel's pipe, so memory
// stays bounded and the reader's pace reaches the writer. Driven by the pump; knows bytes, no reasons.
//
// Pipe to pipe it splices (no copy); into files, terminals and sockets, and with a second sink, it goes
// through one fixed buffer: measured in bench/ and performance.md 2.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "src/relay/line_stamper.hpp"
#include "src/relay/live_line.hpp"
#include "src/relay/newline_filter.hpp"
#include "src/relay/output_tail.hpp"
#include "src/relay/sink.hpp"
#include "src/relay/source.hpp"
#include "src/values/quantity.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

/// How many bytes several relays may still pass on together. Exactly that many are.
struct OutputBudget {
    Size left = unlimited;
    bool exceeded = false;  ///< there was at least one byte more
};

/// What else a relay does with what it carries. Each of the pointers may be shared with other relays.
struct RelayDuties {
    LineStamp stamp{};              ///< before each line for the sink
    bool stamps_copy = false;       ///< for the second sink as well
    TimePoint begun{};              ///< of the run, for the stamps
    OutputTail* tail = nullptr;     ///< gets a copy of the end
    LiveLine* live_line = nullptr;  ///< is in the way where the sink is its terminal
};

class Relay {
  public:
    /// `budget` may be shared with other relays and outlives them; none: no limit. `pipe_size`: what a sink that is a
    /// pipe is grown to when it turns out to hold us up; 0: leave it.
    Relay(Source source, Sink sink, std::optional<Sink> copy, OutputBudget* budget, std::size_t pipe_size,
          const RelayDuties& duties = {});

    enum class State {
        moving,        ///< more can be done at once; others had to have their turn
        needs_source,  ///< all that was there has been delivered
        needs_sink,    ///< the reader holds us up
        ended,         ///< the source is at its end and everything is delivered
        sink_failed,   ///< `error()` says why; nothing more will be moved
    };

    /// Moves what can be moved now, within a share that is fair to others.
    State move();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_over() const { return state_ == State::ended || state_ == State::sink_failed; }
    /// errno of the sink (or source) that failed; EPIPE: its reader went away.
    [[nodiscard]] int error() const { return error_; }
    /// It was the source.
    [[nodiscard]] bool source_failed() const { return source_failed_; }
    /// errno of the second sink, which is given up alone; 0 while it works.
    [[nodiscard]] int copy_error() const { return copy_error_; }

    /// Something happened to the sink: finds out whether its reader has gone, which an idle stream would not notice.
    void check_reader();

    /// The second sink gets lines as they were before a terminal ended them by "\r\n".
    void strip_returns(bool wanted) { strips_returns_ = wanted; }
    /// Nothing more comes: what was held back for the second sink.
    void finish_copy();

    /// What arrives from now on is thrown away, so that the writer is not held up.
    void discard();

    /// The sink has failed, yet the writer must not be held up: it cannot be told by a closed pipe. Everything is
    /// thrown away, and the relay is not over any more.
    void discard_all();

    /// No writer is left: what is underway now is all there will be (a stranger who was handed the pipe does not
    /// count).
    void begin_drain();
    /// Since `begin_drain`: everything that was underway has been delivered.
    [[nodiscard]] bool drained() const;
    /// The reader is slow: tries to make the sink hold all that is left. True when it grew.
    bool make_room_for_rest();

    /// Bytes of the command's own; stamps do not count.
    [[nodiscard]] Size passed() const { return passed_; }
    /// Bytes arrived that did not get through.
    [[nodiscard]] bool truncated() const { return truncated_; }
    /// Marks what is still underway as lost.
    void abandon();
    /// How long the sink has held up bytes that were there.
    [[nodiscard]] Duration blocked() const;
    /// When bytes were last moved; nothing before the first.
    [[nodiscard]] std::optional<TimePoint> last_moved() const { return last_moved_; }

    [[nodiscard]] const Source& source() const { return source_; }
    [[nodiscard]] const Sink& sink() const { return sink_; }
    [[nodiscard]] const std::optional<Sink>& copy() const { return copy_; }

  private:
    State splice_some();
    State copy_some();
    State discard_some();
    State probe_beyond_budget();
    State deliver_buffer();
    State deliver_to_sink();
    State deliver_to_copy(State sink_state);
    [[nodiscard]] std::span<const std::byte> waiting_for_copy();
    State after(const IoResult& result, bool sink_side);
    void count(std::size_t bytes);
    void spend(std::size_t bytes);
    void account_blocked(State next);
    [[nodiscard]] std::size_t share(std::size_t most) const;

    Source source_;
    Sink sink_;
    std::optional<Sink> copy_;
    OutputBudget* budget_;
    std::size_t pipe_size_;

    State state_ = State::needs_source;
    bool discarding_ = false;
    bool truncated_ = false;
    int error_ = 0;
    int copy_error_ = 0;
    bool source_failed_ = false;
    Size passed_ = 0;
    Size dropped_ = 0;
    Size drain_goal_ = unlimited;
    Duration blocked_{};
    std::optional<TimePoint> blocked_since_;
    std::optional<TimePoint> last_moved_;

    std::unique_ptr<std::byte[]> buffer_;  ///< made when first needed
    std::size_t filled_ = 0;
    std::size_t sink_done_ = 0;
    std::span<const std::byte> copying_;  ///< what the second sink still has to get of it
    bool strips_returns_ = false;
    NewlineFilter filter_;

    std::unique_ptr<LineStamper> stamper_;       ///< where lines are stamped
    std::unique_ptr<LineStamper> copy_stamper_;  ///< for the second sink, whose ends of lines are its own
    OutputTail* tail_;
    LiveLine* live_line_;
    bool may_splice_;  ///< nobody has to see the bytes
};

}  // namespace netrunner
