// Shows that a run is still going on: a line after a long silence (--heartbeat), and a live line on the terminal
// (--progress). A session drives it while the command runs. Without these options it does nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "src/plan/launch_plan.hpp"
#include "src/progress/heartbeat.hpp"
#include "src/relay/live_line.hpp"
#include "src/sampling/tree_figures.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

/// The present state of a run, as its session knows it.
struct RunView {
    std::optional<Size> memory_limit{};      ///< of the control group, in bytes
    std::optional<TimePoint> last_output{};  ///< when the command last wrote a byte
    std::optional<TimePoint> resumed{};      ///< when job control last continued the run
    Size bytes = 0;                          ///< of output so far
};

class Pulse {
  public:
    using Look = std::function<TreeFigures()>;

    /// `line`: shows --progress; null: no progress line.
    Pulse(const LaunchPlan& plan, TimePoint begun, LiveLine* line, Narrator narrate);

    [[nodiscard]] bool wanted() const { return heartbeat_.wanted() || line_ != nullptr; }
    /// When attend() has to be called next.
    [[nodiscard]] std::optional<TimePoint> deadline(const RunView& run) const;
    /// Prints the heartbeat and redraws the progress line, whichever is due.
    /// `look`: looks at the tree, if its figures are needed.
    void attend(TimePoint now, const RunView& run, const Look& look);

    /// The time limit has changed.
    void set_timeout(Duration timeout) { timeout_ = timeout; }
    /// The run was stopped by job control for `paused`; that time does not count as elapsed.
    void pause(Duration paused) { paused_ += paused; }
    /// Erases the live line until attend() draws it again.
    void hide() {
        if (line_ != nullptr) line_->hide();
    }
    /// Erases the live line and ends heartbeat and progress.
    void end() {
        hide();
        line_ = nullptr;
        heartbeat_ = Heartbeat(forever);
    }

  private:
    [[nodiscard]] TimePoint quiet_since(const RunView& run) const;
    void show_progress(TimePoint now, const RunView& run, const Look& look);

    TimePoint begun_;
    Duration timeout_;
    Heartbeat heartbeat_;
    std::string not_relayed_;  ///< the outputs that the heartbeat does not see; empty: none
    LiveLine* line_;
    Narrator narrate_;
    Duration paused_{};
    TimePoint next_show_;
    TimePoint next_look_;  ///< when to read the tree's figures again for the live line
    TreeFigures tree_;
};

}  // namespace netrunner
