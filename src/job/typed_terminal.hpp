// How a command with `--pty` uses the user's terminal. Job control calls it. While netrunner has the foreground, the
// user's terminal is raw and keys go to the command's own terminal. In the background and while netrunner is stopped,
// the user's terminal is restored, and the shepherd has the foreground of the command's terminal, so that the kernel
// stops a command that reads it. If stdout is not the user's terminal, the command gets the keys only after it has
// asked for them, because another program in the pipeline may read them (docs/decisions/0012).
#pragma once

#include <optional>

#include "src/link/shepherd_link.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/plan/terminal_sharing.hpp"
#include "src/streams/streams.hpp"
#include "src/system/raw_mode.hpp"
#include "src/system/terminal.hpp"

namespace netrunner {

class TypedTerminal final : public TerminalSharing {
  public:
    /// `link` and `streams` must outlive it.
    TypedTerminal(const LaunchPlan& plan, ShepherdLink& link, Streams& streams);

    void begin(pid_t command) override;
    bool grant() override;
    void withdraw() override;
    /// The command's settings are those of its own pseudo-terminal. Only what its output has begun stays on the user's.
    void undo_modes() override { streams_.end_screen_modes(); }
    void resume() override;
    void notice_key() override;
    bool adjust_size() override;
    [[nodiscard]] bool is_exclusive() const override { return raw_ && raw_->active(); }

  private:
    [[nodiscard]] bool is_ours() const { return plan_.fed || !user_ || user_->is_ours(); }
    [[nodiscard]] bool shows_output_unchanged() const;
    /// Gives the keys to the command if it is to have them and netrunner may read them, else takes them back. True if
    /// the command has them.
    bool settle();
    void attach();
    void detach();

    const TerminalPlan plan_;
    ShepherdLink& link_;
    Streams& streams_;
    std::optional<Terminal> user_;
    std::optional<RawMode> raw_;  ///< only if descriptor 0 is the user's terminal
    WindowSize window_;           ///< the size last sent to the command's terminal
    bool wanted_;                 ///< the command has the keys whenever netrunner may read them
};

}  // namespace netrunner
