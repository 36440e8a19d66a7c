// The shepherd's main loop; main calls it after it has forked the guard. It continues a stopped guard, passes signals
// that ask for a stop on to the guard, and kills a guard that cannot act any more. If the guard is killed, the tree is
// reparented to the shepherd, which ends it unless the runner does. It does nothing else.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "shepherd/group/run_groups.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/system/descriptor.hpp"
#include "shepherd/terminal/users_terminal.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"

namespace netrunner {

struct Watched {
    pid_t guard = 0;
    Descriptor signals;       ///< signalfd, non-blocking
    Descriptor sign_of_life;  ///< its closing shows the guard that the shepherd has ended; empty with pidfds
    ReserveDescriptors reserve;
    RunGroups groups;
    std::string_view spare;        ///< which programs' processes are left running, see SpareRule; mostly empty
    UsersTerminal users_terminal;  ///< open only if the runner may change its modes
};

/// Exits when the guard is done, or when the guard has died and the tree is empty. What is open the kernel closes.
[[noreturn]] void watch(const protocol::Plan& plan, Watched watched) noexcept;

}  // namespace netrunner
