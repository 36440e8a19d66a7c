// The states of a run and the transitions between them, as one table: states by events. The session asks it what an
// event means and carries out the action. Pure: it knows no descriptor, no time and no process.
#pragma once

#include "src/cli/options.hpp"

namespace netrunner {

enum class RunState {
    starting,  ///< the shepherd has the plan; the command has not run yet
    running,   ///< the command runs
    settling,  ///< the command has ended; the orphans get a moment to end by themselves (settling.hpp)
    waiting,   ///< the command has ended; `--orphans wait`: until the orphans have ended
    stopping,  ///< the session climbs the ladder until the tree is empty
    draining,  ///< no process is waited for any more; the rest of the output goes to the reader
    over,      ///< the run has ended
};

enum class RunEvent {
    started,         ///< the command runs
    failed,          ///< the command never ran
    exited_alone,    ///< the command has ended, and the tree is empty
    exited_leaving,  ///< the command has ended and has left orphans
    tree_empty,      ///< the last process of the tree has ended
    stop,            ///< the run is to end: a limit, an order, a lost reader or another StopCause
    insist,          ///< a second order to end
    settled,         ///< the settling time has passed
    drained,         ///< all output has been delivered
    patience_over,   ///< the reader has not taken the output in time
    lost,            ///< the shepherd or the guard was lost before the tree was reported empty
    unkillable,      ///< SIGKILL has not ended the processes that are left
};

enum class RunAction {
    none,
    climb,    ///< start the ladder
    kill,     ///< skip to SIGKILL
    settle,   ///< give the orphans a moment to end by themselves
    leave,    ///< leave the orphans running, then drain
    drain,    ///< deliver the rest of the output
    hurry,    ///< shorten the time that the reader has left
    finish,   ///< end the run
    give_up,  ///< end the run; the output that is not delivered is lost
};

struct RunTransition {
    RunState next;
    RunAction action;
};

/// "running" and so on.
const char* state_name(RunState state);

/// Whether job control may stop the run together with the command. True while starting too: the command can be stopped
/// before its start has been reported.
constexpr bool may_be_stopped(RunState state) { return state == RunState::starting || state == RunState::running; }

/// The transition for `event` in `state`. `policy` chooses between settling, waiting and leaving. An event that has no
/// meaning in `state` leaves it unchanged.
RunTransition advance(RunState state, RunEvent event, OrphanPolicy policy);

}  // namespace netrunner
