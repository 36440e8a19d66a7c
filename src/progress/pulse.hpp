// What is said while a run goes on, so that its user knows that it does: a line after a long silence (--heartbeat), and
// a live line at the terminal (--progress). Driven by a session; costs nothing where neither was asked for.
#pragma once

#include <optional>
#include <string>

#include "src/plan/launch_plan.hpp"
#include "src/progress/heartbeat.hpp"
#include "src/progress/tree_figures.hpp"
#include "src/relay/live_line.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

/// What a session knows of its run now.
struct RunView {
    pid_t root = 0;                          ///< below it is the tree
    std::string group{};                     ///< the control group's directory, or empty
    std::optional<Size> memory_limit{};      ///< of that group
    std::optional<TimePoint> last_output{};  ///< when a byte last came
    std::optional<TimePoint> resumed{};      ///< when job control last let the run go on
    Size bytes = 0;                          ///< of output until now
};

class Pulse {
  public:
    /// `line`: where --progress is shown; none: nowhere.
    Pulse(const LaunchPlan& plan, TimePoint begun, LiveLine* line, Narrator narrate);

    [[nodiscard]] bool wanted() const { return heartbeat_.wanted() || line_ != nullptr; }
    /// When there is something to say or to show.
    [[nodiscard]] std::optional<TimePoint> deadline(const RunView& run) const;
    /// Says and shows what is due.
    void attend(TimePoint now, const RunView& run);

    /// The run was stopped for as long as this.
    void pause(Duration paused) { paused_ += paused; }
    /// The live line goes, until it is shown the next time.
    void hide() {
        if (line_ != nullptr) line_->hide();
    }
    /// For good.
    void end() {
        hide();
        line_ = nullptr;
        heartbeat_ = Heartbeat(forever);
    }

  private:
    [[nodiscard]] TimePoint quiet_since(const RunView& run) const;
    void show_progress(TimePoint now, const RunView& run);

    TimePoint begun_;
    Duration timeout_;
    Heartbeat heartbeat_;
    LiveLine* line_;
    Narrator narrate_;
    Duration paused_{};
    TimePoint next_show_;
    TimePoint next_look_;  ///< at the tree, for the live line
    TreeFigures tree_;
};

}  // namespace netrunner
