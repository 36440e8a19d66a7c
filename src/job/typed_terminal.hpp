// The way of `--pty` with the user's terminal: while the run has its foreground it is raw, what is typed goes to the
// command's own terminal, and that terminal makes of it what it is to mean. In the background, and while stopped, the
// user's terminal is as it was, and the command's own has no foreground for it either, so that the kernel stops it
// where it would be stopped without us. Where our output goes elsewhere the command has the keys only once it has asked
// for them, since they may be the neighbour's.
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
    /// `link` and `streams` outlive it.
    TypedTerminal(const LaunchPlan& plan, ShepherdLink& link, Streams& streams);

    void begin(pid_t command) override;
    bool grant() override;
    void withdraw() override;
    void undo_modes() override {}  // its own
    void resume() override;
    void notice_key() override;
    bool adjust_size() override;
    [[nodiscard]] bool is_exclusive() const override { return raw_ && raw_->active(); }

  private:
    [[nodiscard]] bool is_ours() const { return plan_.fed || !user_ || user_->is_ours(); }
    [[nodiscard]] bool shows_output_unchanged() const;
    /// The keys go to the command if they are to and may; whether they do.
    bool settle();
    void attach();
    void detach();

    const TerminalPlan plan_;
    ShepherdLink& link_;
    Streams& streams_;
    std::optional<Terminal> user_;
    std::optional<RawMode> raw_;  ///< where descriptor 0 is the user's terminal
    WindowSize window_;           ///< what the command's terminal was told last
    bool wanted_;                 ///< whenever the terminal is ours, the command has the keys
};

}  // namespace netrunner
