// Shows how far a batch has come (--progress): draws the live line, or prints a line. The conductor drives it. What the
// text is, and when it is due, is decided in BatchProgress.
#pragma once

#include <functional>
#include <string>

#include "src/batch/batch_progress.hpp"
#include "src/relay/live_line.hpp"

namespace netrunner {

class BatchPulse {
  public:
    using Say = std::function<void(const std::string& line)>;
    /// `line`: null if standard error is no terminal; `say` then gets the lines.
    BatchPulse(LiveLine* line, Say say, TimePoint begun)
        : line_(line),
          say_(std::move(say)),
          progress_(line != nullptr ? BatchProgress::Place::terminal : BatchProgress::Place::lines, begun) {}

    [[nodiscard]] TimePoint deadline(const BatchFigures& figures) const {
        return progress_.deadline(figures, line_ != nullptr && !line_->is_shown());
    }
    /// Shows the figures if that is due.
    void attend(TimePoint now, const BatchFigures& figures) {
        if (now < deadline(figures)) return;
        if (line_ == nullptr) {
            say_(progress_.sentence(now, figures));
        } else if (const std::size_t room = line_->room(); room > 0) {
            line_->show(progress_.live_line(now, figures, room));
        }
        progress_.shown(now, figures);
    }
    void pause(Duration paused) { progress_.pause(paused); }
    /// Erases the live line until `attend` draws it again.
    void hide() {
        if (line_ != nullptr) line_->hide();
    }

  private:
    LiveLine* line_;
    Say say_;
    BatchProgress progress_;
};

}  // namespace netrunner
