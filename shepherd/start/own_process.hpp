// Gives the shepherd and the guard a name and a process group of their own, makes them subreapers, and releases the
// user's descriptors, directory, arguments and environment, so that a search for the command does not find the two
// processes. main and run_guard call it.
#pragma once

#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// Moves this process to its own process group, so that signals to the old group or the user's terminal do not reach
/// it, or with `leads_session` (there is no terminal to share) to its own session. False with errno.
bool take_position(bool leads_session) noexcept;

/// Makes this process the parent of all orphans below it. False with errno; the detail of the failure is then
/// `no_subreaper`.
bool become_subreaper() noexcept;
inline constexpr int no_subreaper = 1;

/// Sets this process's name, as ps(1) and pkill(1) show it.
void take_name(const char* name) noexcept;

/// Replaces descriptors 0-2 by `null`, which it then closes. Closes all others that, by the plan, the command inherits,
/// so that their readers see the end of file once the command has closed them. Changes to the directory /, wipes the
/// command's arguments and environment, and asks the kernel to choose other processes first when memory runs out. To be
/// called after the last fork, because the child needs all of these. `argv` and `environment` are main's.
void let_go_of_the_users(Descriptor null, const protocol::Plan& plan, char** argv, char** environment) noexcept;

}  // namespace netrunner
