// Moves one stream from a source to a sink, and on request to a second sink too. Driven by the pump; it does not know
// why a run ends. It moves bytes until the kernel reports would-block. Bytes that a sink does not take stay in the
// source, so memory is bounded and a slow reader slows the writer. From a pipe to a pipe or /dev/null it uses
// splice(2); for any other sink, and if a second sink, stamps or the tail need the bytes, it copies through one fixed
// buffer. For an output, it then writes whole lines where it can (docs/decisions/0042).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "src/relay/line_position.hpp"
#include "src/relay/line_stamper.hpp"
#include "src/relay/live_line.hpp"
#include "src/relay/newline_filter.hpp"
#include "src/relay/output_tail.hpp"
#include "src/relay/pipe_mirror.hpp"
#include "src/relay/plain_text.hpp"
#include "src/relay/screen_modes.hpp"
#include "src/relay/sink.hpp"
#include "src/relay/source.hpp"
#include "src/values/quantity.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

/// The bytes that several relays may still pass on together (--max-output), exact to the byte.
struct OutputBudget {
    Size left = unlimited;
    bool exceeded = false;  ///< at least one more byte arrived
};

/// What a relay does with the bytes besides moving them. The objects pointed to may be shared with other relays and
/// outlive them.
struct RelayDuties {
    bool whole_lines = false;          ///< end each write with a line, because other runs may write to the same place
    LineStamp stamp{};                 ///< put before each line for the sink
    LineStamp copy_stamp{};            ///< put before each line for the second sink
    bool plain_copy = false;           ///< the second sink gets plain lines
    TimePoint begun{};                 ///< the start of the run, for the stamps
    OutputTail* tail = nullptr;        ///< keeps the end of the output as plain lines; null: none
    LiveLine* live_line = nullptr;     ///< shown on the sink's terminal, so hidden before each write; null: none
    bool of_terminal = false;          ///< the source is the command's pseudo-terminal, which may return carriages
    ScreenModes* screen = nullptr;     ///< follows the modes of the terminal that the sink is; null: it is no terminal
    LinePosition* position = nullptr;  ///< of the sink; null: no line of netrunner's goes there
};

class Relay {
  public:
    /// `budget` may be shared with other relays and outlives them; null: no limit. `pipe_size`: if the sink is a pipe,
    /// the bytes to which it is grown when it first blocks; 0: never grown.
    Relay(Source source, Sink sink, std::optional<Sink> copy, OutputBudget* budget, std::size_t pipe_size,
          const RelayDuties& duties = {});

    enum class State {
        moving,        ///< more can be moved now; `move` returned to give others a turn
        needs_source,  ///< the source is empty, and all that was read has been delivered
        needs_sink,    ///< a sink is full
        ended,         ///< the source is at its end and everything is delivered
        sink_failed,   ///< the sink or the source failed, see `error()`; nothing more is moved
    };

    /// Moves what can be moved now, for a limited number of rounds.
    State move();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_over() const { return state_ == State::ended || state_ == State::sink_failed; }
    /// errno of the sink or source that failed; EPIPE: the sink's reader has gone.
    [[nodiscard]] int error() const { return error_; }
    /// Whether `error()` is the source's.
    [[nodiscard]] bool source_failed() const { return source_failed_; }
    /// errno of the second sink; 0 while it works. If it fails, only the second sink is given up.
    [[nodiscard]] int copy_error() const { return copy_error_; }

    /// Call this when the sink reports an error event. Fails the relay with EPIPE if the sink's reader has gone, which
    /// an idle stream would not notice.
    void check_reader();

    /// The source is a pseudo-terminal that writes "\n" as "\r\n". A sink that is no terminal gets "\n" from now on.
    /// The relay also finds out by itself, when a "\r\n" arrives.
    void strip_returns() { strips_returns_ = true; }
    /// Call this at the end of the stream. Passes on what is held back for the second sink and the tail: an unfinished
    /// plain line, or a '\r'.
    void finish_copy();

    /// From now on, takes and discards what arrives, so that the writer does not block.
    void discard();
    /// True once, when this relay has seen the first byte beyond the budget: the owner has to know at once, also if a
    /// writer that never pauses keeps the relay moving.
    bool take_excess() { return std::exchange(excess_, false); }

    /// After the sink has failed: discards everything, also what is buffered, so that the writer does not block. For a
    /// pseudo-terminal, where no closed pipe can tell the writer. The relay is not over any more.
    void discard_all();

    /// Call this when the tree is empty. The bytes that are in the source and the buffer now are the last to deliver;
    /// bytes from a process outside the tree that still holds the pipe do not count.
    void begin_drain();
    /// After `begin_drain`: whether these bytes have been delivered.
    [[nodiscard]] bool drained() const;
    /// If the sink is full, tries to grow it to hold all that is left (docs/decisions/0005). True if it grew.
    bool make_room_for_rest();

    /// Bytes of the stream that the sink has taken; stamps do not count.
    [[nodiscard]] Size passed() const { return passed_; }
    /// Bytes that were taken from the source and discarded.
    [[nodiscard]] Size dropped() const { return dropped_; }
    /// Whether bytes were not delivered for another reason than `discard`.
    [[nodiscard]] bool lost() const { return lost_; }
    /// Ends the relay, also a failed relay. Bytes that have not been delivered are then `lost`.
    void abandon();
    /// How long a full sink has blocked the stream, in total.
    [[nodiscard]] Duration blocked() const;
    /// When a full sink last blocked the stream: now if it still does; nothing before the first time.
    [[nodiscard]] std::optional<TimePoint> last_blocked() const;
    /// When bytes were last delivered or discarded; nothing before the first.
    [[nodiscard]] std::optional<TimePoint> last_moved() const { return last_moved_; }

    /// Where the pump keeps what it knows of this relay; 0: the relay has never been in a pump.
    [[nodiscard]] std::uint64_t place_in_pump() const { return place_in_pump_; }
    void place_in_pump(std::uint64_t place) { place_in_pump_ = place; }

    [[nodiscard]] const Source& source() const { return source_; }
    [[nodiscard]] const Sink& sink() const { return sink_; }
    [[nodiscard]] const std::optional<Sink>& copy() const { return copy_; }

  private:
    [[nodiscard]] bool splices_now();
    [[nodiscard]] bool notes_spliced() const;
    State splice_some();
    State stop_splicing();
    State copy_some();
    State discard_some();
    State probe_beyond_budget();
    State deliver_held();
    void take_block(std::size_t size);
    [[nodiscard]] bool strips_for_sink() const;
    std::size_t strip_arrived(std::span<std::byte> arrived);
    void look_for_returns(std::span<const std::byte> block);
    State deliver_buffer();
    State deliver_to_sink();
    State deliver_to_copy(State sink_state);
    bool take_rest();
    [[nodiscard]] bool at_drain_goal() const { return passed_ + dropped_ >= drain_goal_; }
    [[nodiscard]] std::span<const std::byte> waiting_for_copy();
    [[nodiscard]] bool copy_is_done() const { return copy_stamper_ ? copy_stamper_->is_done() : copying_.empty(); }
    State after(const IoResult& result, bool sink_side);
    void count(std::size_t bytes);
    void spend(std::size_t bytes);
    void account_blocked(State next);
    [[nodiscard]] std::size_t share(std::size_t most) const;
    [[nodiscard]] std::size_t at_once(const Sink& sink) const { return whole_lines_ ? sink.atomic_size() : SIZE_MAX; }

    Source source_;
    Sink sink_;
    std::optional<Sink> copy_;
    OutputBudget* budget_;
    std::size_t pipe_size_;
    std::uint64_t place_in_pump_ = 0;

    State state_ = State::needs_source;
    bool discarding_ = false;
    bool lost_ = false;
    bool excess_ = false;
    int error_ = 0;
    int copy_error_ = 0;
    bool source_failed_ = false;
    Size passed_ = 0;
    Size dropped_ = 0;
    Size drain_goal_ = unlimited;
    Duration blocked_{};
    std::optional<TimePoint> blocked_since_;
    std::optional<TimePoint> blocked_until_;
    std::optional<TimePoint> last_moved_;

    std::unique_ptr<std::byte[]> buffer_;  ///< allocated at first use
    std::size_t filled_ = 0;               ///< the block that is being delivered, at the start of `buffer_`
    std::size_t held_ = 0;  ///< after the block: the start of a line, kept until its end or nothing more comes
    std::size_t sink_done_ = 0;
    std::span<const std::byte> copying_;  ///< what the second sink has not taken yet, in `buffer_` or `filter_`
    bool strips_returns_ = false;         ///< the source has been seen to write "\n" as "\r\n"
    NewlineFilter filter_;
    std::unique_ptr<PlainText> plain_;  ///< null: neither the second sink nor the tail wants plain lines
    bool copies_plain_;

    std::unique_ptr<LineStamper> stamper_;       ///< null: lines are not stamped
    std::unique_ptr<LineStamper> copy_stamper_;  ///< for the second sink, which may get other line ends
    OutputTail* tail_;
    LiveLine* live_line_;
    LinePosition* position_;
    ScreenModes* screen_;
    bool of_terminal_;
    std::uint32_t seen_breaks_ = 0;
    bool whole_lines_;
    std::optional<Sink> nowhere_;       ///< /dev/null, opened when the first byte is discarded
    std::optional<PipeMirror> mirror_;  ///< shows the last byte of what is spliced, for `position_`
    bool may_splice_;                   ///< the source is a pipe, and nothing else needs the bytes
};

}  // namespace netrunner
