// The run's life as one table: states by events. Pure: it knows no descriptor, no time and no process, only what
// comes after what. `session` turns wakes into events and actions into deeds.
#pragma once

#include "src/cli/options.hpp"

namespace netrunner {

enum class RunState {
    starting,  ///< the shepherd has been sent the plan
    running,   ///< the command runs
    settling,  ///< the command has ended, others have not: a moment for them to end by themselves
    waiting,   ///< the same, and they were asked to be waited for
    stopping,  ///< the ladder is climbed until the tree is empty
    draining,  ///< nothing runs any more; output is still underway to a slow reader
    over,
};

enum class RunEvent {
    started,
    failed,          ///< the command never ran
    exited_alone,    ///< the command has ended and with it the tree
    exited_leaving,  ///< the command has ended, others have not
    tree_empty,
    stop,           ///< a limit, or a signal from outside that asks for an end
    insist,         ///< asked a second time
    settled,        ///< the moment has passed
    drained,        ///< nothing is underway any more
    patience_over,  ///< the reader has had its time
    lost,           ///< the shepherd or the guard is gone without its having been said that the tree is empty
    unkillable,     ///< what is left does not even end by SIGKILL
};

enum class RunAction {
    none,
    climb,    ///< start the ladder
    kill,     ///< SIGKILL at once
    settle,   ///< give those left a moment
    leave,    ///< let go of those left, then drain
    drain,    ///< deliver what is underway
    hurry,    ///< from now on the reader has little time left
    finish,   ///< done
    give_up,  ///< done; what is underway is lost
};

struct RunTransition {
    RunState next;
    RunAction action;
};

/// The command may be stopped, and the run with it. Already before it has begun: it may be stopped on its way there.
constexpr bool may_be_stopped(RunState state) { return state == RunState::starting || state == RunState::running; }

/// `policy` decides between settling, waiting and leaving. Events that mean nothing in a state leave it as it is.
RunTransition advance(RunState state, RunEvent event, OrphanPolicy policy);

}  // namespace netrunner
