// The stop of a run: its cause, the orders to end that were received, and the position on the ladder. The session asks
// it which signal to send now, and sends it. Pure: it is given the time and sends nothing.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

class Stop {
  public:
    /// `steps` must not be empty.
    explicit Stop(std::vector<StopStep> steps) : ladder_(std::move(steps)) {}

    /// Sets the cause of the stop that `begin` starts. `first` replaces the ladder's first signal.
    void prepare(StopCause cause, std::optional<int> first = std::nullopt);
    [[nodiscard]] StopCause cause() const { return cause_; }

    /// Starts the ladder. Returns the signal to send now.
    int begin(TimePoint now);
    /// The signal to send now, if a step is due.
    std::optional<int> advance(TimePoint now) { return ladder_.advance(now); }
    [[nodiscard]] std::optional<TimePoint> deadline() const { return ladder_.deadline(); }
    /// The sum of the graces; `forever` if one has no end.
    [[nodiscard]] Duration total_grace() const { return ladder_.total_grace(); }
    /// The run was suspended for `paused`: that time counts for no grace.
    void pause(Duration paused);
    /// Skips to SIGKILL and returns it; nothing if SIGKILL has been sent already.
    std::optional<int> climb_to_kill() { return ladder_.climb_to_kill(); }

    /// True when another of this run's processes has already reported this order. systemd sends a stop to all processes
    /// of a control group, so the runner, the shepherd and the guard each receive it: that is one order.
    bool is_copy(protocol::Receiver receiver);

    enum class Answer {
        begin,    ///< the first order: stop the run, with this signal as the first one
        pass_on,  ///< send the signal to the whole tree, without a step of the ladder
        insist,   ///< a second order: skip to SIGKILL
    };
    /// What the session does with an order to end by `signal`. `stopping`: a stop has already begun.
    Answer ordered(int signal, TimePoint now, bool stopping);

    /// Until when a reader may delay the end of a stopped run; nothing if the ladder waits for ever at a step.
    [[nodiscard]] std::optional<TimePoint> patience(TimePoint now) const;

  private:
    StopLadder ladder_;
    StopCause cause_ = StopCause::timeout;
    std::optional<int> first_;
    std::optional<TimePoint> began_;
    std::optional<TimePoint> ordered_;
    std::array<int, protocol::receiver_count> orders_{};  ///< how many orders each receiver has reported
};

/// After a stop, a reader that takes nothing gets at least this long.
inline constexpr std::chrono::milliseconds least_patience{1000};

}  // namespace netrunner
