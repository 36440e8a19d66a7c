// The user's terminal: its foreground group, modes and size, and stopping this process group as the kernel would. Used
// by src/job and src/plan/facts. Job control, not this class, decides which group gets the foreground.
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
    /// Whether the foreground group has no process left.
    [[nodiscard]] bool is_foreground_dead() const;
    /// Whether this process may use the terminal: its group is the foreground, or the terminal is not its controlling
    /// terminal, and the kernel does not tell its foreground (ENOTTY).
    [[nodiscard]] bool is_ours() const;

    /// Makes `group` the foreground; false if the kernel refuses. Blocks SIGTTOU meanwhile, which would stop a process
    /// that does this from the background.
    bool give_to(pid_t group) const;

    /// Blocks SIGTTOU meanwhile, as give_to does.
    void set_modes(const TerminalModes& modes) const;

    /// The size; nothing if the terminal does not know it.
    [[nodiscard]] std::optional<WindowSize> window() const;

  private:
    explicit Terminal(int fd) : fd_(fd) {}
    explicit Terminal(Descriptor own) : fd_(own.get()), own_(std::move(own)) {}

    int fd_;
    Descriptor own_;
};

/// The size in COLUMNS and LINES; nothing if neither is a valid number. A missing one gets its default.
std::optional<WindowSize> window_of_environment();

enum class StopScope {
    group,    ///< as the terminal stops it: a shell without job control would not notice that netrunner alone stopped
    process,  ///< netrunner alone, as it was asked; the process that asked has chosen which others stop
};

/// Stops this process, or its group, with `signal`, a stop signal, and returns when it has been continued. For SIGSTOP
/// it sends SIGTSTP, which a shell understands. False if the kernel did not stop it, as in a group whose shell is gone.
bool stop_self(int signal, StopScope scope);

}  // namespace netrunner
