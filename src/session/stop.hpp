// The stop of a run: its cause, the orders to end that were received, and the position on the ladder. The session asks
// it which signal to send now, and sends it. Pure: it is given the time and sends nothing.
#pragma once

#include <array>
#include <optional>
#include <utility>
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
    StopSignal begin(TimePoint now);
    /// The signal to send now, if a step is due.
    std::optional<StopSignal> advance(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> deadline() const { return ladder_.deadline(); }
    /// The sum of the graces; `forever` if one has no end.
    [[nodiscard]] Duration total_grace() const { return ladder_.total_grace(); }
    /// The run was suspended for `paused`: that time counts for no grace.
    void pause(Duration paused);
    /// Skips to SIGKILL and returns it; nothing if SIGKILL has been sent already.
    std::optional<StopSignal> climb_to_kill() { return ladder_.climb_to_kill(); }

    /// The command's first process has ended: steps for it alone are skipped.
    void command_ended(TimePoint now) { ladder_.command_ended(now); }
    /// Whether a signal that is passed on now is for the command's first process alone, as the last step was.
    [[nodiscard]] bool addresses_command() const { return ladder_.addresses_command(); }

    /// A signal that asks for the end of the run.
    struct Order {
        int signal = 0;
        protocol::Receiver receiver = protocol::Receiver::runner;
        int outer_step = 0;  ///< the runner received it from an outer run's guard: which signal of that run's stop
    };
    enum class Answer {
        nothing,  ///< a copy of an order that is known
        begin,    ///< the first order: stop the run, with this signal as the first one
        pass_on,  ///< send the signal where the last step went, without a step of the ladder
        step,     ///< the same, as a step; the ladder's grace begins again
        insist,   ///< a second order: skip to SIGKILL
    };
    /// What the session does with an order. `stopping`: a stop has already begun.
    Answer ordered(const Order& order, TimePoint now, bool stopping);
    /// Starting a command before the ladder has taken until `now`: two orders that were sent at once are handled that
    /// far apart.
    void delayed(TimePoint now) {
        if (ordered_) ordered_ = now;
    }
    /// A signal that came together with the order that the stop is for, before `begin`: pass it on after `begin`. Once.
    std::optional<int> take_held() { return std::exchange(held_, std::nullopt); }
    /// True if an outer run stops this one, and therefore tells the user why.
    [[nodiscard]] bool is_part_of_outer_stop() const { return outer_steps_ > 0; }

    /// Until when a reader may delay the end of a stopped run; nothing if the ladder waits for ever at a step.
    [[nodiscard]] std::optional<TimePoint> patience(TimePoint now) const;

  private:
    bool is_copy(const Order& order, bool stopping);

    StopLadder ladder_;
    StopCause cause_ = StopCause::timeout;
    std::optional<int> first_;
    std::optional<TimePoint> began_;
    std::optional<TimePoint> ordered_;
    std::optional<int> held_;
    std::array<int, protocol::receiver_count> orders_{};  ///< how many orders each receiver has reported
    int outer_steps_ = 0;                                 ///< how many signals the outer run's stop has sent
    int last_step_ = 0;                                   ///< the last signal of the ladder; 0: none
};

/// After a stop, a reader that takes nothing gets at least this long.
inline constexpr std::chrono::milliseconds least_patience{1000};

}  // namespace netrunner
