// The ladder of a stop and the current step: send a signal, wait for a grace, send the next signal. Used by Stop
// (src/session/stop). Pure: the caller passes the time in and sends the signals that the ladder returns.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct StopStep {
    int signal = 0;
    Duration grace{};  ///< time before the next step; `forever`: no next step. In a last step only `precede` uses it.
    bool to_command = false;  ///< for the command's first process alone; never in the last step

    friend bool operator==(const StopStep&, const StopStep&) = default;
};

/// What a step sends, and to whom.
struct StopSignal {
    int number = 0;
    bool to_command = false;  ///< to the command's first process alone, not to the whole tree

    friend bool operator==(const StopSignal&, const StopSignal&) = default;
};

/// After the command's end, the grace of a step for the command alone goes on for at most this long: a process that the
/// command leaves for longer is an orphan (docs/decisions/0004), and that step was not for it.
inline constexpr std::chrono::milliseconds moment_after_command{50};

class StopLadder {
  public:
    /// `steps` must not be empty.
    explicit StopLadder(std::vector<StopStep> steps);

    /// Starts the ladder and returns the signal to send now: `first` if given, otherwise the first step's signal. The
    /// first step's grace follows in both cases. `first` is the signal that ordered the stop: it replaces the first
    /// step's signal, but precedes a SIGKILL, which no order may remove from the ladder. Call once.
    StopSignal start(TimePoint now, std::optional<int> first = std::nullopt);

    /// Inserts a step before the first one, with the first step's grace and for the same processes. Call before
    /// `start`.
    void precede(int signal);

    /// The command's first process has ended: steps for it alone are skipped from now on. If the grace of such a step
    /// goes on, it ends within `moment_after_command`.
    void command_ended(TimePoint now);

    /// True if the last step was for the command alone and the command has not ended; before the start, if the first
    /// step will be.
    [[nodiscard]] bool addresses_command() const;

    /// When to call `advance`. Nothing before the start, after the last step, or if the grace is `forever`.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return deadline_; }

    /// The next step's signal if its time has come, otherwise nothing.
    std::optional<StopSignal> advance(TimePoint now);

    /// Shifts the deadline: for `paused` neither this process nor the tree could run.
    void pause(Duration paused) {
        if (deadline_) *deadline_ += paused;
    }

    /// Begins the grace of the last step again. Does nothing if no step is due any more.
    void extend(TimePoint now);

    /// Skips all remaining steps and returns SIGKILL for the whole tree. Nothing if that has already been returned.
    std::optional<StopSignal> climb_to_kill();

    /// The time from the start to the last step; `forever` if a step before the last one waits for ever, or if
    /// the sum is longer than `longest_duration`.
    [[nodiscard]] Duration total_grace() const;

  private:
    void skip_steps_for_command();
    StopSignal take(TimePoint now);
    void schedule(TimePoint now);

    std::vector<StopStep> steps_;
    std::size_t next_ = 0;
    bool started_ = false;
    bool killed_ = false;  ///< SIGKILL for the whole tree has been returned
    bool command_ended_ = false;
    std::optional<TimePoint> deadline_;
};

}  // namespace netrunner
