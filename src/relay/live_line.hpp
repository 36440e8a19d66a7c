// The line of --progress on standard error's terminal. It is redrawn in place, drawn only if netrunner's last output
// there ended a line, and erased before netrunner writes anything else there. `src/progress/pulse` shows and hides it;
// relays and the narrator call `hide` and `note` around their writes. It does not decide what to show or when.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>

#include "src/relay/sink.hpp"

namespace netrunner {

class LiveLine {
  public:
    LiveLine();
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
    /// Erases the line. Call this before writing anything else to the terminal.
    void hide() {
        if (shown_) erase();
    }
    /// Records that netrunner has written `bytes` to the terminal.
    void note(std::span<const std::byte> bytes) {
        if (!bytes.empty()) at_start_ = bytes.back() == std::byte{'\n'};
    }

  private:
    void erase();

    Sink sink_;
    bool shown_ = false;
    bool at_start_ = true;
};

}  // namespace netrunner
