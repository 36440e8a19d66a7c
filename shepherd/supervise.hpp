// The shepherd's life after the fork: waits on the link, on signals and on the start report, reaps, carries out
// orders, and ends the whole tree by itself when the runner is gone. Knows no times of its own but the ladder's.
#pragma once

#include <sys/types.h>

#include "shepherd/descriptor.hpp"
#include "shepherd/job_group.hpp"
#include "shepherd/link.hpp"
#include "shepherd/protocol.hpp"
#include "shepherd/pseudo_terminal.hpp"
#include "shepherd/vacated_group.hpp"

namespace netrunner {

/// What main made before and during the fork.
struct Start {
    pid_t child = 0;
    Descriptor report;           ///< ChildFailure, or end of file once the command runs
    Descriptor signals;          ///< signalfd, non-blocking
    Descriptor standard_input;   ///< write end for the runner; kept here too until CloseStdin
    Descriptor standard_output;  ///< read end for the runner
    Descriptor standard_error;   ///< read end for the runner
    PseudoTerminal terminal;     ///< the command's, if it was asked for
    JobGroup group;              ///< the command's, if it has one
    VacatedGroup vacated;        ///< what the runner left for that
    Descriptor users_terminal;   ///< the user's, if the runner may change its modes
};

/// The signals that the shepherd reads from its signalfd; all others stay blocked.
sigset_t supervised_signals() noexcept;

/// Returns the shepherd's exit status, when the tree is empty or the runner said Finish.
int supervise(Link link, const protocol::Plan& plan, Start start) noexcept;

}  // namespace netrunner
