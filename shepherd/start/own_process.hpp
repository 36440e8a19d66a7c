// What the shepherd and the guard are to everybody else: processes with names of their own, which hold nothing of the
// user's and which nobody finds who looks for the command's words or environment.
#pragma once

#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// A handle of a process, readable once it has ended; -1 with errno.
int open_process(pid_t pid) noexcept;

/// Signals to the caller's group or terminal do not come here, and orphans do. `leads_session`: has no terminal to
/// share. False with errno.
bool take_position(bool leads_session) noexcept;

/// Its name, as ps(1) and pkill(1) see it.
void take_name(const char* name) noexcept;

/// Puts `null` in place of the user's descriptors 0-2 and leaves his directory, forgets the command's words and
/// environment, and asks the kernel to end others first when it is out of memory. For after the last fork: the child
/// needs all of that. `argv` and `environment` as they came to main.
void let_go_of_the_users(const Descriptor& null, char** argv, char** environment) noexcept;

}  // namespace netrunner
