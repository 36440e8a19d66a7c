// What waits for one reader of events: bounded, so that a slow reader costs memory for a few lines and never time. The
// writer asks for the next line and pops it once it is written whole. Writes nothing. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "src/live/event_lines.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class EventQueue {
  public:
    enum class Kind : std::uint8_t {
        output,  ///< only the latest one of a key waits
        sample,  ///< only the latest one of a key waits
        other,
        reply,  ///< no event; never dropped
        end,    ///< dropped only if others wait with it that are more than `most_end_bytes` long
    };
    struct Figures {
        std::uint64_t written = 0;  ///< events that were popped
        std::uint64_t dropped = 0;
    };
    /// How much memory the lines that may be dropped take, with what the queue notes of each.
    static constexpr std::size_t most_bytes = 64 * 1024;
    /// The same for the lines of `end`, of which a batch has one for each job.
    static constexpr std::size_t most_end_bytes = 1024 * 1024;

    /// `lines` makes the `dropped` events. It must outlive the queue.
    explicit EventQueue(const EventLines& lines) : lines_(&lines) {}

    /// `line`: with its newline. `key`: which job an `output` or `sample` is of.
    void add(Kind kind, std::string line, TimePoint now, std::uint64_t key = 0);

    /// The line to write, which stays the same until `pop`; nothing if none waits. Where events were dropped, and
    /// another line follows, a `dropped` event tells so. Valid until `pop` or `give_up`.
    std::optional<std::string_view> next(TimePoint now);

    /// The line of `next` has been written whole.
    void pop();

    /// The reader is gone: all events that wait are dropped, as are those that follow, and the replies are forgotten.
    void give_up();

    /// No line waits.
    [[nodiscard]] bool empty() const { return !current_ && queue_.empty(); }
    [[nodiscard]] Figures figures() const { return figures_; }
    /// Bytes of the replies that wait.
    [[nodiscard]] std::size_t bytes_of_replies() const { return reply_bytes_; }
    /// How many events wait.
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

  private:
    struct Gap {
        std::uint64_t count = 0;  ///< of dropped events
        TimePoint since{};        ///< when the first of them was dropped
    };
    struct Entry {
        std::string line;
        std::uint64_t key = 0;
        Gap before{};
        Kind kind = Kind::other;
        bool is_event = true;  ///< that was added, in contrast to a reply or a `dropped` event
    };
    static bool may_be_dropped(const Entry& entry);
    static std::size_t cost_of(const Entry& entry);
    static void join(Gap& gap, const Gap& earlier);
    void drop(Gap& gap, TimePoint now);
    [[nodiscard]] std::size_t earlier(const Entry& entry) const;
    void drop_at(std::size_t at, TimePoint now);
    void forget(const Entry& entry);

    const EventLines* lines_;
    std::deque<Entry> queue_;
    std::optional<Entry> current_;  ///< the line of `next`
    Gap at_end_;                    ///< what was dropped after the last entry of the queue
    std::size_t bytes_ = 0;         ///< the cost of the lines that may be dropped
    std::size_t waiting_ = 0;
    std::size_t reply_bytes_ = 0;
    std::size_t end_bytes_ = 0;
    bool gone_ = false;  ///< the reader
    Figures figures_;
};

}  // namespace netrunner
