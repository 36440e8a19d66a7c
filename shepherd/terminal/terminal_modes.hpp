// Reads, writes, compares and restores a terminal's modes. Both programs use it, for the user's terminal and for the
// command's. It leaves the line's hardware settings (speed, parity) unchanged. It makes system calls only and allocates
// nothing.
#pragma once

#include <sys/types.h>

#include <optional>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

using protocol::TerminalModes;

/// The modes of `tty`, which may be either side of a pseudo-terminal; nothing if it is no terminal.
std::optional<TerminalModes> read_modes(int tty) noexcept;

/// Sets all of `modes` at once, without waiting until pending output is written (TCSANOW). The caller has blocked
/// SIGTTOU, which would stop it if it is in the background. False with errno.
bool write_modes(int tty, const TerminalModes& modes) noexcept;

/// Restores `original` if the terminal's modes are still `ours`. Otherwise another process has changed them since.
void restore_modes(int tty, const TerminalModes& ours, const TerminalModes& original) noexcept;

/// The modes for a new terminal: from `users` for line editing, control characters and the display of output, from
/// `own` for the rest.
TerminalModes adopt_modes(const TerminalModes& own, const TerminalModes& users) noexcept;

/// Raw modes: input arrives unchanged, key by key, without echo and without signals. Output is written unchanged too,
/// unless `keeps_output`.
TerminalModes raw_modes(TerminalModes modes, bool keeps_output) noexcept;

/// True if input arrives raw already: then another program interprets the keys.
bool are_raw(const TerminalModes& modes) noexcept;

/// True if output is shown unchanged: a "\n" alone does not return to the first column.
bool show_output_unchanged(const TerminalModes& modes) noexcept;

/// True if the foreground group that tcgetpgrp(3) has returned has no process left. The kernel then stops the next
/// process of the session that reads the terminal, or lets the read fail.
bool is_dead_group(pid_t foreground) noexcept;

}  // namespace netrunner
