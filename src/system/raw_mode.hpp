// Makes the user's terminal raw and restores its modes, at the latest in the destructor. If another process has changed
// the modes meanwhile, they are not restored. Used by src/job/typed_terminal, which decides when.
#pragma once

#include <functional>
#include <optional>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {

class RawMode {
  public:
    /// The caller owns `tty`. `keeps_output`: the terminal's output modes are not changed.
    RawMode(int tty, bool keeps_output) : tty_(tty), keeps_output_(keeps_output) {}
    ~RawMode() { leave(); }
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;

    /// Called before the terminal is changed, because the shepherd restores it if netrunner is killed.
    using Announce = std::function<void(const TerminalModes& original, const TerminalModes& changed)>;

    /// Makes the terminal raw, also again if another process (such as the shell) has changed its modes meanwhile; the
    /// modes found now are the ones to restore. If another process has made it raw, nothing is changed.
    void enter(const Announce& announce);
    /// Restores the modes, unless another process has changed them since `enter`.
    void leave();

    /// Whether this object made the terminal raw.
    [[nodiscard]] bool active() const { return original_.has_value(); }

  private:
    int tty_;
    bool keeps_output_;
    TerminalModes changed_;
    std::optional<TerminalModes> original_;  ///< the modes to restore; nothing: none
};

}  // namespace netrunner
