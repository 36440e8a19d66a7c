// Decides when a silent run reports that it is alive (--heartbeat) and formats the line. Pulse calls it and prints.
// Pure: the caller passes the time.
#pragma once

#include <optional>
#include <string>

#include "src/sampling/tree_figures.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

class Heartbeat {
  public:
    /// `every`: the interval of silence; `forever` for no heartbeat.
    explicit Heartbeat(Duration every) : every_(every) {}

    [[nodiscard]] bool wanted() const { return every_ != forever; }
    /// When the next line is due if the command has written nothing since `quiet_since`.
    [[nodiscard]] std::optional<TimePoint> deadline(TimePoint quiet_since) const;
    /// Notes that a line is printed at `now`.
    void beat(TimePoint now) { last_ = now; }

  private:
    Duration every_;
    std::optional<TimePoint> last_;
};

/// "running for 10m, no output for 5m, 12 processes, 340 MiB of memory (sum of resident sizes)". `silence` is nothing
/// if no byte has been relayed yet. `not_relayed` names the outputs that netrunner cannot see; empty: none.
std::string describe_heartbeat(Duration elapsed, std::optional<Duration> silence, const std::string& not_relayed,
                               const TreeFigures& tree);

}  // namespace netrunner
