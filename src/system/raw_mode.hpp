// Raw mode of the user's terminal, under a guard: it is left again on every path, and only undone as far as nobody else
// has changed the terminal since. Mechanism: when, job control decides.
#pragma once

#include <functional>
#include <optional>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {

class RawMode {
  public:
    /// `tty` stays the caller's. `keeps_output`: how the terminal shows output is left as it is.
    RawMode(int tty, bool keeps_output) : tty_(tty), keeps_output_(keeps_output) {}
    ~RawMode() { leave(); }
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;

    /// Told before the terminal is changed, since somebody else may have to undo it.
    using Announce = std::function<void(const TerminalModes& original, const TerminalModes& changed)>;

    /// Also when somebody has changed the terminal meanwhile, as a shell does for itself: then that is what will be put
    /// back. A terminal that is raw already is somebody else's work and stays as it is.
    void enter(const Announce& announce);
    void leave();

    /// It is raw by our doing.
    [[nodiscard]] bool active() const { return original_.has_value(); }

  private:
    int tty_;
    bool keeps_output_;
    TerminalModes changed_;
    std::optional<TerminalModes> original_;  ///< while it is ours to put back
};

}  // namespace netrunner
