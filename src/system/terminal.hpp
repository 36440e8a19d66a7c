// The user's terminal: whose foreground it is, how large it is, and stopping as the kernel would stop us. Mechanism:
// whose turn it is, job control decides.
#pragma once

#include <sys/types.h>

#include <optional>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/system/fd.hpp"
#include "src/system/window_size.hpp"

namespace netrunner {

class Terminal {
  public:
    /// This process's controlling terminal.
    static std::optional<Terminal> controlling();
    /// The first of descriptors 0 to 2 that is a terminal, else the controlling one.
    static std::optional<Terminal> of_user();

    [[nodiscard]] int descriptor() const { return fd_; }

    /// Whether `group` is the terminal's foreground.
    [[nodiscard]] bool is_foreground(pid_t group) const;
    /// Whether the foreground is a group that nobody is in any more.
    [[nodiscard]] bool is_foreground_dead() const;
    /// Whether this process may use it: its group is the foreground, or the terminal is not its session's, where nobody
    /// tells whose turn it is.
    [[nodiscard]] bool is_ours() const;

    /// Makes `group` the foreground. SIGTTOU is held back meanwhile: it would stop us for asking from the background.
    bool give_to(pid_t group) const;

    /// SIGTTOU is held back as for give_to.
    void set_modes(const TerminalModes& modes) const;

    /// Nothing when it does not know its size.
    [[nodiscard]] std::optional<WindowSize> window() const;

  private:
    explicit Terminal(int fd) : fd_(fd) {}
    explicit Terminal(Descriptor own) : fd_(own.get()), own_(std::move(own)) {}

    int fd_;
    Descriptor own_;
};

/// The size that COLUMNS and LINES tell; nothing when neither does.
std::optional<WindowSize> window_of_environment();

/// Stops this process group by `signal`, one of those that stop (SIGSTOP as SIGTSTP, which a shell understands), and
/// returns when it is continued. False when the kernel did not stop it, as in a group whose shell is gone.
bool stop_with_group(int signal);

}  // namespace netrunner
