// The line of --progress on standard error's terminal. It is redrawn in place, drawn only if netrunner's last output
// there ended a line, and erased before netrunner writes anything else there. `src/progress/pulse` shows and hides it;
// relays and the narrator call `hide` before their writes. It does not decide what to show or when.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "src/relay/line_position.hpp"
#include "src/relay/sink.hpp"

namespace netrunner {

class LiveLine {
  public:
    /// `position` must outlive it.
    explicit LiveLine(const LinePosition& position);
    ~LiveLine() { hide(); }
    LiveLine(const LiveLine&) = delete;
    LiveLine& operator=(const LiveLine&) = delete;

    /// Why the line cannot be drawn here; empty if it can.
    [[nodiscard]] static std::string obstacle();

    /// How many characters the line may have now. 0: do not draw, because the output above is an unfinished line or
    /// another process group has the terminal's foreground.
    [[nodiscard]] std::size_t room() const;

    /// Draws `text`, which must not be longer than `room`.
    void show(const std::string& text);
    [[nodiscard]] bool is_shown() const { return shown_; }
    /// Erases the line. Call this before writing anything else to the terminal.
    void hide() {
        if (shown_) erase();
    }

  private:
    void erase();

    const LinePosition& position_;
    Sink sink_;
    bool shown_ = false;
};

}  // namespace netrunner
