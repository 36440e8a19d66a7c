// Socket activation (sd_listen_fds(3)): the service manager passes sockets, and LISTEN_PID names the process that they
// are for. If that is netrunner, they are for the command. The child calls this before exec.
#pragma once

#include <sys/types.h>

namespace netrunner {

/// If LISTEN_PID names `runner`, writes the calling process's pid there and removes LISTEN_PIDFDID, which identifies
/// the runner too and which a receiver checks only if it is set. Changes pointers of `environment`, no text.
/// Async-signal-safe. To be called once in a process.
void take_over_listening(char** environment, pid_t runner) noexcept;

}  // namespace netrunner
