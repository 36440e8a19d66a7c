// How the run and the user's terminal get along, in the one mode or the other: in pipe mode the command is lent the
// terminal's foreground (lent_foreground), on a pseudo-terminal what the user types is passed on (typed_terminal).
// Driven by job control.
#pragma once

#include <sys/types.h>

namespace netrunner {

class TerminalSharing {
  public:
    TerminalSharing() = default;
    virtual ~TerminalSharing() = default;
    TerminalSharing(const TerminalSharing&) = delete;
    TerminalSharing& operator=(const TerminalSharing&) = delete;

    /// The command runs; `command` is its process group.
    virtual void begin(pid_t command) = 0;

    /// The command was stopped for want of the terminal: gives it, if it is ours to give. It still has to be continued.
    virtual bool grant() = 0;

    /// We are about to stop, or to end, or the command has ended: the terminal is again as we found it.
    virtual void withdraw() = 0;

    /// The run was cut short: the terminal's modes are again what they were before the command had it.
    virtual void undo_modes() = 0;

    /// We have been continued, in the foreground or in the background: the command has again what it had.
    virtual void resume() = 0;

    /// A key was pressed on a terminal that we do not read now.
    virtual void notice_key() = 0;

    /// The terminal may have another size. True when it has, and the command is told by it.
    virtual bool adjust_size() = 0;

    /// What is typed goes to the command alone: whoever is around us does not see it.
    [[nodiscard]] virtual bool is_exclusive() const = 0;
};

}  // namespace netrunner
