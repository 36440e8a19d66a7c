// Whether a child has ended, with a wait of bounded length. The child is left to be reaped. The link and the
// --on-timeout command use it for helpers that are about to exit.
#pragma once

#include <sys/types.h>

namespace netrunner {

/// True if the child has ended. It is not reaped.
bool has_ended(pid_t child);

/// The same, but waits for it; false after `milliseconds`. Signals, SIGCHLD among them, must be blocked. If pidfds are
/// refused (docs/decisions/0054), it waits for SIGCHLD, and leaves SIGCHLD pending if it has taken one.
bool await_end(pid_t child, int milliseconds);

}  // namespace netrunner
