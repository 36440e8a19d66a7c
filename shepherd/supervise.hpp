// The guard's life after the fork: waits on the link, on signals and on the start report, reaps, carries out orders,
// and ends the whole tree by itself when the runner is gone, or says nothing though the shepherd is gone. Knows no
// times of its own but the ladder's.
#pragma once

#include <sys/types.h>

#include "shepherd/group/run_groups.hpp"
#include "shepherd/link/link.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/start/pid_namespace.hpp"
#include "shepherd/start/start_report.hpp"
#include "shepherd/system/descriptor.hpp"
#include "shepherd/terminal/pseudo_terminal.hpp"
#include "shepherd/terminal/users_terminal.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"

namespace netrunner {

/// What was made before and during the fork.
struct Start {
    pid_t child = 0;
    StartReport report;
    Descriptor signals;   ///< signalfd, non-blocking
    Descriptor shepherd;  ///< readable once it has ended
    Descriptor null;      ///< to be put in place of the user's descriptors
    ReserveDescriptors reserve;
    Descriptor standard_input;     ///< write end for the runner; kept here too until CloseStdin
    Descriptor standard_output;    ///< read end for the runner
    Descriptor standard_error;     ///< read end for the runner
    PidNamespace pid_namespace;    ///< where the plan asks for one
    PseudoTerminal terminal;       ///< the command's, if it was asked for
    RunGroups groups;              ///< where the command has one
    UsersTerminal users_terminal;  ///< the user's, if the runner may change it
};

/// The signals that the shepherd and the guard read from their signalfd; all others stay blocked.
sigset_t supervised_signals() noexcept;

/// By this the shepherd passes on an order that it was sent, which is its value; and the guard says that it is done.
inline constexpr int passed_on_signal = 64;

/// How the guard ends by itself; every other way is its death, and the tree is somebody else's to end.
inline constexpr int exit_reported = 0;  ///< the runner knows all, or let it go
inline constexpr int exit_alone = 1;     ///< without the runner: the tree is gone, and so is its control group

/// Returns the guard's exit status, when the tree is empty or the runner said Finish.
int supervise(Link link, const protocol::Plan& plan, Start start) noexcept;

}  // namespace netrunner
