// When a run that writes nothing says that it lives, and what it says. Pure: it is told the time.
#pragma once

#include <optional>
#include <string>

#include "src/progress/tree_figures.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

class Heartbeat {
  public:
    /// `every`: of silence; `forever`: never.
    explicit Heartbeat(Duration every) : every_(every) {}

    [[nodiscard]] bool wanted() const { return every_ != forever; }
    /// When to say something, if nothing has been written since `quiet_since`.
    [[nodiscard]] std::optional<TimePoint> deadline(TimePoint quiet_since) const;
    /// Something is said now.
    void beat(TimePoint now) { last_ = now; }

  private:
    Duration every_;
    std::optional<TimePoint> last_;
};

/// "running for 10m, no output for 5m, 12 processes, 340 MiB of resident memory in sum". `silence`: nothing when
/// nothing has been written at all.
std::string describe_heartbeat(Duration elapsed, std::optional<Duration> silence, const TreeFigures& tree);

}  // namespace netrunner
