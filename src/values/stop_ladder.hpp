// How a stop proceeds, as data and a position on it: send a signal, wait, send the next. Pure: it is told the
// time and says what to send; somebody else sends.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct StopStep {
    int signal = 0;
    Duration
        grace{};  ///< how long to wait before the next step; `forever`: there is none. The last step's is not used.

    friend bool operator==(const StopStep&, const StopStep&) = default;
};

class StopLadder {
  public:
    /// `steps` is not empty.
    explicit StopLadder(std::vector<StopStep> steps);

    /// Starts the climb and returns the signal to send now: the first step's, or `first` in its place (a signal
    /// from outside is passed on as it is and then given the first step's grace). Only once.
    int start(TimePoint now, std::optional<int> first = std::nullopt);

    /// Puts a step before the first, with as much grace. Before the start.
    void precede(int signal);

    /// When `advance` is due; nothing before the start, after the last step, or when the grace is endless.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return deadline_; }

    /// The next step's signal, once its time has come; nothing before.
    std::optional<int> advance(TimePoint now);

    /// Straight to SIGKILL, whatever was still to come. Nothing when SIGKILL has been sent already.
    std::optional<int> climb_to_kill();

    /// From the start to the last step, if nothing ends before.
    [[nodiscard]] Duration total_grace() const;

  private:
    void schedule(TimePoint now);

    std::vector<StopStep> steps_;
    std::size_t next_ = 0;
    bool started_ = false;
    bool killed_ = false;
    std::optional<TimePoint> deadline_;
};

}  // namespace netrunner
