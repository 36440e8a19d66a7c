#include "src/session/lifecycle.hpp"

#include <array>
#include <cstddef>

namespace netrunner {
namespace {

using S = RunState;
using A = RunAction;

constexpr std::size_t states = 7;
constexpr std::size_t events = 12;
using Row = std::array<RunTransition, events>;

// One row per state, in the enum's order; one column per event:
//   started, failed, exited_alone, exited_leaving, tree_empty, stop, insist, settled, drained, patience_over, lost,
//   unkillable
// clang-format off
constexpr std::array<Row, states> table{{
    /* starting */ {{{S::running, A::none}, {S::over, A::finish}, {S::draining, A::drain}, {S::settling, A::settle},
                     {S::draining, A::drain}, {S::stopping, A::climb}, {S::stopping, A::climb}, {S::starting, A::none},
                     {S::starting, A::none}, {S::starting, A::none}, {S::stopping, A::climb}, {S::starting, A::none}}},
    /* running  */ {{{S::running, A::none}, {S::over, A::finish}, {S::draining, A::drain}, {S::settling, A::settle},
                     {S::draining, A::drain}, {S::stopping, A::climb}, {S::stopping, A::climb}, {S::running, A::none},
                     {S::running, A::none}, {S::running, A::none}, {S::stopping, A::climb}, {S::running, A::none}}},
    /* settling */ {{{S::settling, A::none}, {S::settling, A::none}, {S::draining, A::drain}, {S::settling, A::none},
                     {S::draining, A::drain}, {S::stopping, A::climb}, {S::stopping, A::climb}, {S::stopping, A::climb},
                     {S::settling, A::none}, {S::settling, A::none}, {S::stopping, A::climb}, {S::settling, A::none}}},
    /* waiting  */ {{{S::waiting, A::none}, {S::waiting, A::none}, {S::draining, A::drain}, {S::waiting, A::none},
                     {S::draining, A::drain}, {S::stopping, A::climb}, {S::stopping, A::climb}, {S::waiting, A::none},
                     {S::waiting, A::none}, {S::waiting, A::none}, {S::stopping, A::climb}, {S::waiting, A::none}}},
    /* stopping */ {{{S::stopping, A::none}, {S::over, A::finish}, {S::draining, A::drain}, {S::stopping, A::none},
                     {S::draining, A::drain}, {S::stopping, A::none}, {S::stopping, A::kill}, {S::stopping, A::none},
                     {S::stopping, A::none}, {S::stopping, A::none}, {S::stopping, A::none}, {S::draining, A::drain}}},
    /* draining */ {{{S::draining, A::none}, {S::draining, A::none}, {S::draining, A::none}, {S::draining, A::none},
                     {S::draining, A::none}, {S::draining, A::hurry}, {S::over, A::give_up}, {S::draining, A::none},
                     {S::over, A::finish}, {S::over, A::give_up}, {S::draining, A::none}, {S::draining, A::none}}},
    /* over     */ {{{S::over, A::none}, {S::over, A::none}, {S::over, A::none}, {S::over, A::none},
                     {S::over, A::none}, {S::over, A::none}, {S::over, A::none}, {S::over, A::none},
                     {S::over, A::none}, {S::over, A::none}, {S::over, A::none}, {S::over, A::none}}},
}};
// clang-format on

}  // namespace

RunTransition advance(RunState state, RunEvent event, OrphanPolicy policy) {
    const RunTransition transition = table[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
    if (transition.action != RunAction::settle) return transition;
    switch (policy) {
        case OrphanPolicy::kill: return transition;
        case OrphanPolicy::wait: return {RunState::waiting, RunAction::none};
        case OrphanPolicy::leave: return {RunState::draining, RunAction::leave};
    }
    return transition;
}

const char* state_name(RunState state) {
    switch (state) {
        case RunState::starting: return "starting";
        case RunState::running: return "running";
        case RunState::settling: return "settling";
        case RunState::waiting: return "waiting";
        case RunState::stopping: return "stopping";
        case RunState::draining: return "draining";
        case RunState::over: return "over";
    }
    return "";
}

}  // namespace netrunner
