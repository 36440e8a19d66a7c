// What the shepherd does while the guard looks after the command: nothing, as long as both the guard and the runner
// live. It continues a guard that somebody has stopped, passes on what it is itself told, and when the guard is killed
// the tree comes to it, its subreaper, and is ended from there, unless the runner does that.
#pragma once

#include <sys/types.h>

#include "shepherd/group/run_groups.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"
#include "shepherd/terminal/users_terminal.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"

namespace netrunner {

struct Watched {
    pid_t guard = 0;
    Descriptor signals;  ///< signalfd, non-blocking
    ReserveDescriptors reserve;
    RunGroups groups;
    UsersTerminal users_terminal;  ///< the user's, if the runner may change it
};

/// Returns the shepherd's exit status, when the guard has ended and nothing is left.
int watch(const protocol::Plan& plan, Watched watched) noexcept;

}  // namespace netrunner
