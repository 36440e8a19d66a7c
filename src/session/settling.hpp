// The settling time: how long the processes that outlive the command may go on before they are ended as orphans
// (docs/decisions/0004). The session looks at the times that `deadline` names and says what it sees. Pure: it is given
// the time and looks at no process.
#pragma once

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class Settling {
  public:
    /// What happened since the look before, or since the beginning.
    struct Sight {
        bool held_up = false;  ///< an orphan has input that the command left behind, but an output waits for its reader
        bool works = false;    ///< an orphan has written to netrunner, or has such input
    };

    /// `grace`: how long orphans that work may go on; `forever`: without end.
    explicit Settling(Duration grace) : grace_(grace) {}

    void begin(TimePoint now);
    /// When to call `look`; nothing before `begin`.
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    /// When the last look was.
    [[nodiscard]] TimePoint last_look() const { return last_look_; }
    /// The run was suspended for `paused`: that time does not count.
    void pause(Duration paused);

    enum class Answer {
        go_on,
        settled,    ///< the orphans do nothing that is worth waiting for
        cut_short,  ///< the grace is over, and they still work
    };
    Answer look(TimePoint now, const Sight& sight);

  private:
    Duration grace_;
    Duration used_{};
    TimePoint begun_;
    TimePoint last_look_;
    std::optional<TimePoint> next_look_;
};

}  // namespace netrunner
