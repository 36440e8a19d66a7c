// A terminal's modes as both programs handle them: read, written, compared, put back. What concerns the line's hardware
// (speed, parity) is left as it is. Ground of both programs: system calls only, nothing allocated.
#pragma once

#include <sys/types.h>

#include <optional>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

using protocol::TerminalModes;

/// The modes of `tty`, either side of a pseudo-terminal; nothing when it is none.
std::optional<TerminalModes> read_modes(int tty) noexcept;

/// Sets all of `modes` at once (TCSANOW: nobody has to wait for what is still being printed). The caller holds SIGTTOU
/// back, which would stop it for asking from the background. False when the kernel refused.
bool write_modes(int tty, const TerminalModes& modes) noexcept;

/// Puts `original` back, but only while the terminal is as `ours` left it: what somebody else has set since is theirs.
void restore_modes(int tty, const TerminalModes& ours, const TerminalModes& original) noexcept;

/// What a new terminal takes over from the user's: how keys are edited and how output is shown, no more.
TerminalModes adopt_modes(const TerminalModes& own, const TerminalModes& users) noexcept;

/// What is typed arrives unchanged, key by key, unechoed, without signals; what is written is not changed either,
/// unless `keeps_output`.
TerminalModes raw_modes(TerminalModes modes, bool keeps_output) noexcept;

/// Whether keys already arrive as they are: then somebody else makes a terminal of it.
bool are_raw(const TerminalModes& modes) noexcept;

/// Output is shown as it comes: a "\n" alone does not go back to the first column.
bool show_output_unchanged(const TerminalModes& modes) noexcept;

/// Whether nobody is left in a terminal's foreground group, as tcgetpgrp(3) tells it: then whoever reads next in the
/// session is stopped, or told that there is no terminal.
bool is_dead_group(pid_t foreground) noexcept;

}  // namespace netrunner
