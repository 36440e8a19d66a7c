// The guard's main loop; run_guard calls it after the command's fork. It waits for the link, signals and the start
// report, carries out the runner's orders and reaps. It ends the tree by itself if the runner is gone, or if the
// shepherd is gone and the runner orders nothing. It enforces no limits: the only times it knows are the ladder's and
// the wait for the runner's order.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "shepherd/group/run_groups.hpp"
#include "shepherd/link/link.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/start/pid_namespace.hpp"
#include "shepherd/start/shepherd_watch.hpp"
#include "shepherd/start/start_report.hpp"
#include "shepherd/system/descriptor.hpp"
#include "shepherd/terminal/pseudo_terminal.hpp"
#include "shepherd/terminal/users_terminal.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"

namespace netrunner {

/// What the shepherd and run_guard made before the main loop.
struct Start {
    pid_t child = 0;
    StartReport report;
    Descriptor signals;  ///< signalfd, non-blocking
    ShepherdWatch shepherd;
    Descriptor null;  ///< /dev/null, which replaces descriptors 0-2 after the fork
    ReserveDescriptors reserve;
    std::string_view spare;        ///< which programs' processes are left running, see SpareRule; mostly empty
    Descriptor standard_input;     ///< write end for the runner; the guard keeps a copy until CloseStdin
    Descriptor standard_output;    ///< read end for the runner
    Descriptor standard_error;     ///< read end for the runner
    PidNamespace pid_namespace;    ///< used only if the plan asks for one
    PseudoTerminal terminal;       ///< the command's; empty without `--pty`
    RunGroups groups;              ///< control groups; empty if the run has none
    UsersTerminal users_terminal;  ///< open only if the runner may change its modes
};

/// The signals that the shepherd and the guard read from their signalfd; all others stay blocked.
sigset_t supervised_signals() noexcept;

/// The guard's exit statuses. After any other end of the guard, the runner or the shepherd ends the tree.
inline constexpr int exit_reported = 0;  ///< the runner has been told everything, or has sent Finish
inline constexpr int exit_alone = 1;     ///< the runner is gone; the guard has ended the tree and its control group

/// Exits with the guard's status when the tree is empty or the runner has sent Finish. What is open the kernel closes.
[[noreturn]] void supervise(Link link, const protocol::Plan& plan, Start start) noexcept;

}  // namespace netrunner
