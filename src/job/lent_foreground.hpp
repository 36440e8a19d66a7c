// Pipe mode's way with the terminal: the command shares it, in a process group of its own, and is lent the foreground
// when it asks for it. Not before: in `netrunner run -- make | less` it would be taken from the neighbour.
#pragma once

#include <optional>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/plan/terminal_sharing.hpp"
#include "src/system/terminal.hpp"

namespace netrunner {

class LentForeground final : public TerminalSharing {
  public:
    void begin(pid_t command) override { command_ = command; }
    bool grant() override;
    void withdraw() override;
    void undo_modes() override;
    void resume() override;
    void notice_key() override {}
    bool adjust_size() override { return false; }
    [[nodiscard]] bool is_exclusive() const override { return lent_ && terminal_->is_foreground(command_); }

  private:
    pid_t command_ = 0;
    std::optional<Terminal> terminal_;    ///< once it was asked for
    std::optional<TerminalModes> modes_;  ///< as we lent it
    bool lent_ = false;                   ///< it has had the foreground from us
};

}  // namespace netrunner
