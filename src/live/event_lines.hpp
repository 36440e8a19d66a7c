// The lines of --events: one JSON object for each event of a run (docs/events.schema.json). The session says what
// happens; an EventQueue holds the lines for a reader. Writes nothing, and knows no reader. Pure.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "src/outcome/outcome.hpp"
#include "src/sampling/timeline.hpp"
#include "src/values/deadline.hpp"
#include "src/values/json_text.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

inline constexpr int events_schema = 1;

/// Which job of a batch the events are of.
struct JobMark {
    std::optional<std::string> id{};
    std::uint64_t number = 0;
};

/// Each method returns one line with its newline, valid UTF-8, of `longest` bytes at most; only that of `end` may be
/// longer. If a text had to be cut for that, the event has "cut":true.
class EventLines {
  public:
    static constexpr std::size_t longest = 4096;

    /// `run`: netrunner's pid. The times of the events are counted from `begun`.
    EventLines(pid_t run, TimePoint begun, const std::optional<JobMark>& job = std::nullopt);

    /// The command has been started as process `pid`. `timeout`: of --timeout, if there is one.
    [[nodiscard]] std::string start(TimePoint now, pid_t pid, std::span<const std::string> command,
                                    std::optional<Duration> timeout) const;
    /// So many bytes have been written so far to the streams; nothing for a stream that netrunner does not relay.
    [[nodiscard]] std::string output(TimePoint now, std::optional<Size> standard_output,
                                     std::optional<Size> standard_error) const;
    /// What --sample has seen.
    [[nodiscard]] std::string sample(TimePoint now, const Sample& seen) const;
    /// `signal` has been sent by a step of the ladder.
    [[nodiscard]] std::string step(TimePoint now, StopCause cause, int signal) const;
    /// The time limit is `timeout` from now on, counted as --timeout is; `forever`: there is none any more. `by`: not
    /// known for a leash that is a pipe.
    [[nodiscard]] std::string changed(TimePoint now, Duration timeout,
                                      const std::optional<LimitChange::Peer>& by) const;
    /// `count` events that were to be before this one were dropped, the first of them at `since`.
    [[nodiscard]] std::string dropped(TimePoint now, std::uint64_t count, TimePoint since) const;
    /// An orphan was found; `ended_by` is 0 if no signal has been sent to it.
    [[nodiscard]] std::string orphan(TimePoint now, const Orphan& orphan) const;
    /// The command was stopped by `signal` of job control.
    [[nodiscard]] std::string stopped(TimePoint now, int signal) const;
    [[nodiscard]] std::string continued(TimePoint now) const;
    /// The command has ended. Other processes of its tree may be left.
    [[nodiscard]] std::string exit(TimePoint now, const End& end) const;
    /// netrunner ends with `status`, as a shell shows it. `report`: the report as JSON text, in any number of lines.
    [[nodiscard]] std::string end(TimePoint now, int status, std::string_view report) const;

  private:
    /// The members that every event has.
    [[nodiscard]] JsonObject event(const char* name, TimePoint now) const;
    /// The text of `event` as a line. `cut`: something that it says is not whole.
    [[nodiscard]] std::string line(JsonObject event, bool cut = false) const;

    TimePoint begun_;
    JsonObject source_;    ///< the run, and the job
    bool id_cut_ = false;  ///< of the job
};

}  // namespace netrunner
