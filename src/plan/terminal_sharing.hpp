// How a run shares the user's terminal with its command. In pipe mode netrunner lends the command the terminal's
// foreground (lent_foreground). With --pty it passes keys on to the command's pseudo-terminal (typed_terminal).
// JobControl (src/job/job_control) calls it.
#pragma once

#include <sys/types.h>

namespace netrunner {

class TerminalSharing {
  public:
    TerminalSharing() = default;
    virtual ~TerminalSharing() = default;
    TerminalSharing(const TerminalSharing&) = delete;
    TerminalSharing& operator=(const TerminalSharing&) = delete;

    /// The command has started; `command` is its process group.
    virtual void begin(pid_t command) = 0;

    /// The command was stopped by SIGTTIN or SIGTTOU. Gives it the terminal and returns true, if the terminal is
    /// netrunner's to give. The caller then continues the command.
    virtual bool grant() = 0;

    /// netrunner is about to stop or to end, or the command has ended. Takes the terminal back from the command: its
    /// foreground, or the raw mode that netrunner set.
    virtual void withdraw() = 0;

    /// The command was made to end. Restores the modes that the terminal had before the command got it.
    virtual void undo_modes() = 0;

    /// netrunner was continued, in the foreground or in the background. Gives the terminal back to the command if it
    /// had it before and netrunner is in the foreground.
    virtual void resume() = 0;

    /// A key was pressed while netrunner does not read the user's terminal.
    virtual void notice_key() = 0;

    /// The user's terminal may have a new size. Returns true if it has and the command's pseudo-terminal is resized,
    /// which tells the command.
    virtual bool adjust_size() = 0;

    /// Whether typed keys reach the command alone, and not the other processes of netrunner's group.
    [[nodiscard]] virtual bool is_exclusive() const = 0;
};

}  // namespace netrunner
