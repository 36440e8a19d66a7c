// A stop of the run: what it is for, who ordered it, and how far it has come. Pure: it is told the time and says what
// is to be done; a session does it.
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
    /// `steps` is not empty.
    explicit Stop(std::vector<StopStep> steps) : ladder_(std::move(steps)) {}

    /// What the next `begin` is about. `first` is sent in the place of the ladder's first signal.
    void prepare(StopCause cause, std::optional<int> first = std::nullopt);
    [[nodiscard]] StopCause cause() const { return cause_; }

    /// Starts to climb: the signal to send now.
    int begin(TimePoint now);
    /// The signal to send now, if a step is due.
    std::optional<int> advance(TimePoint now) { return ladder_.advance(now); }
    [[nodiscard]] std::optional<TimePoint> deadline() const { return ladder_.deadline(); }
    /// SIGKILL, unless it has been sent.
    std::optional<int> climb_to_kill() { return ladder_.climb_to_kill(); }

    /// True when another of this run's processes has already reported this order. A stop that is sent to a whole group
    /// of processes, as systemd does, reaches the runner, the shepherd and the guard: that is one order.
    bool is_copy(protocol::Receiver receiver);

    enum class Answer {
        begin,    ///< the first order: the run is to be stopped, by this signal
        pass_on,  ///< everybody is to get the signal
        insist,   ///< asked again: no more grace
    };
    /// What an order to end by `signal` comes to. `stopping`: something else has begun to stop the run.
    Answer ordered(int signal, TimePoint now, bool stopping);

    /// How long a reader may still hold the run up after a stop; nothing when its ladder never ends by itself.
    [[nodiscard]] std::optional<TimePoint> patience(TimePoint now) const;

  private:
    StopLadder ladder_;
    StopCause cause_ = StopCause::timeout;
    std::optional<int> first_;
    std::optional<TimePoint> began_;
    std::optional<TimePoint> ordered_;
    std::array<int, protocol::receiver_count> orders_{};  ///< how many each receiver has reported
};

/// After a stop, a reader that takes nothing gets at least this long.
inline constexpr std::chrono::milliseconds least_patience{1000};

}  // namespace netrunner
