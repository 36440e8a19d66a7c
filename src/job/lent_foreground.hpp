// How a command without `--pty` shares the user's terminal. Job control calls it. The command has its own process group
// and gets the terminal's foreground only when it asks for it (SIGTTIN or SIGTTOU): in `netrunner run -- make | less`,
// an earlier grant would take the foreground from `less`.
#pragma once

#include <optional>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/plan/terminal_sharing.hpp"
#include "src/streams/streams.hpp"
#include "src/system/mask_guard.hpp"
#include "src/system/terminal.hpp"

namespace netrunner {

class LentForeground final : public TerminalSharing {
  public:
    /// `streams` must outlive it.
    explicit LentForeground(Streams& streams) : streams_(streams) {}

    void begin(pid_t command) override { command_ = command; }
    bool grant() override;
    void withdraw() override;
    void undo_modes() override;
    void resume() override;
    void notice_key() override {}
    bool adjust_size() override { return false; }
    [[nodiscard]] bool is_exclusive() const override { return lent_ && terminal_->is_foreground(command_); }

  private:
    Streams& streams_;
    pid_t command_ = 0;
    std::optional<Terminal> terminal_;    ///< opened when the command first asks for it
    std::optional<TerminalModes> modes_;  ///< the terminal's modes before the first grant
    bool lent_ = false;                   ///< the command has been granted the foreground
    /// Blocks SIGTTOU while the command has the foreground: with `stty tostop`, a line or relayed byte of netrunner's
    /// would stop netrunner, although its job has the terminal.
    std::optional<MaskGuard> writes_;
};

}  // namespace netrunner
