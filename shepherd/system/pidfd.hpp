// pidfd_open(2), Linux 5.3, and pidfd_send_signal(2), Linux 5.1, which hold a process so that its pid cannot come to
// mean a later process. Older kernels do not have these calls, and seccomp filters of older container engines refuse
// them. Only this file tells a refused call from a failed call; its callers then use the pid (docs/decisions/0054).
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// A pidfd of the process. It becomes readable when the process has exited. Empty with errno if the process cannot be
/// held; ENOSYS if the call is refused, whatever errno the filter gives.
Descriptor open_pidfd(pid_t pid) noexcept;

/// Sends the signal, with `info` if there is one, to the process of `pidfd`, or to more than it as `flags` say. False
/// with errno; ENOSYS if the call is refused, EPERM if this process may not signal that one.
bool send_by_pidfd(const Descriptor& pidfd, int signal, const siginfo_t* info, unsigned flags = 0) noexcept;

/// True if both calls can be used. It tries them on this process.
bool can_use_pidfds() noexcept;

}  // namespace netrunner
