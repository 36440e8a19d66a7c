// One line at the bottom of the terminal on standard error that is drawn anew and leaves no trace: whatever else
// netrunner writes to that terminal takes it away first. It is only drawn where the cursor is at the start of a line.
// Mechanism; what it says, and when, is the session's.
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

    /// Why there cannot be one; empty: there can.
    [[nodiscard]] static std::string obstacle();

    /// How many characters it may have now; 0: not now, since a line of somebody else's is unfinished or others have
    /// the terminal.
    [[nodiscard]] std::size_t room() const;

    /// Draws it; `text` is no longer than `room`.
    void show(const std::string& text);
    /// Takes it away, before anything else is written there.
    void hide() {
        if (shown_) erase();
    }
    /// `bytes` have been written to the terminal by us.
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
