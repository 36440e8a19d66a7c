#include "src/session/lifecycle.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace netrunner;

namespace {

struct Run {
    OrphanPolicy policy = OrphanPolicy::kill;
    RunState state = RunState::starting;
    std::vector<RunAction> actions{};

    Run& on(RunEvent event) {
        const RunTransition transition = advance(state, event, policy);
        state = transition.next;
        if (transition.action != RunAction::none) actions.push_back(transition.action);
        return *this;
    }
};

using A = RunAction;
using E = RunEvent;
using S = RunState;

const std::vector<RunState> all_states{S::starting, S::running,  S::settling, S::waiting,
                                       S::stopping, S::draining, S::over};
const std::vector<RunEvent> all_events{E::started,    E::failed,        E::exited_alone, E::exited_leaving,
                                       E::tree_empty, E::stop,          E::insist,       E::settled,
                                       E::drained,    E::patience_over, E::lost,         E::unkillable};

}  // namespace

TEST_SUITE_BEGIN("lifecycle");

TEST_CASE("a command that ends alone is only drained") {
    Run run;
    run.on(E::started).on(E::exited_alone).on(E::drained);
    CHECK(run.state == S::over);
    CHECK(run.actions == std::vector{A::drain, A::finish});
}

TEST_CASE("a command that cannot be started ends at once") {
    Run run;
    run.on(E::failed);
    CHECK(run.state == S::over);
    CHECK(run.actions == std::vector{A::finish});
}

TEST_CASE("orphans get a moment, then the ladder is climbed until the tree is empty") {
    Run run;
    run.on(E::started).on(E::exited_leaving);
    CHECK(run.state == S::settling);
    run.on(E::settled);
    CHECK(run.state == S::stopping);
    run.on(E::tree_empty).on(E::drained);
    CHECK(run.actions == std::vector{A::settle, A::climb, A::drain, A::finish});
}

TEST_CASE("orphans that end by themselves are not stopped") {
    Run run;
    run.on(E::started).on(E::exited_leaving).on(E::tree_empty);
    CHECK(run.state == S::draining);
    CHECK(run.actions == std::vector{A::settle, A::drain});
}

TEST_CASE("orphans are waited for with the policy wait, and limits still end them") {
    Run run{.policy = OrphanPolicy::wait};
    run.on(E::started).on(E::exited_leaving);
    CHECK(run.state == S::waiting);
    CHECK(run.actions.empty());
    run.on(E::stop);
    CHECK(run.state == S::stopping);
    CHECK(run.actions == std::vector{A::climb});
}

TEST_CASE("orphans are left alone with the policy leave") {
    Run run{.policy = OrphanPolicy::leave};
    run.on(E::started).on(E::exited_leaving).on(E::drained);
    CHECK(run.state == S::over);
    CHECK(run.actions == std::vector{A::leave, A::finish});
}

TEST_CASE("the command's exit does not end a stop: the tree has to be empty") {
    for (const OrphanPolicy policy : {OrphanPolicy::kill, OrphanPolicy::wait, OrphanPolicy::leave}) {
        Run run{.policy = policy};
        run.on(E::started).on(E::stop).on(E::exited_leaving);
        CHECK(run.state == S::stopping);
        run.on(E::tree_empty);
        CHECK(run.state == S::draining);
        CHECK(run.actions == std::vector{A::climb, A::drain});
    }
}

TEST_CASE("a second cause does not start a second ladder; insisting goes to SIGKILL") {
    Run run;
    run.on(E::started).on(E::stop).on(E::stop).on(E::insist);
    CHECK(run.actions == std::vector{A::climb, A::kill});
}

TEST_CASE("a stop before the command runs works as well") {
    Run run;
    run.on(E::stop).on(E::started).on(E::exited_alone).on(E::drained);
    CHECK(run.state == S::over);
    CHECK(run.actions == std::vector{A::climb, A::drain, A::finish});
}

TEST_CASE("a stop during the drain hurries the reader, and output that it takes is not lost") {
    Run run;
    run.on(E::started).on(E::exited_alone).on(E::stop).on(E::drained);
    CHECK(run.state == S::over);
    CHECK(run.actions == std::vector{A::drain, A::hurry, A::finish});
}

TEST_CASE("output that the reader does not take is given up when patience ends or a signal insists") {
    for (const E event : {E::patience_over, E::insist}) {
        Run run;
        run.on(E::started).on(E::exited_alone).on(event);
        CHECK(run.state == S::over);
        CHECK(run.actions == std::vector{A::drain, A::give_up});
    }
}

TEST_CASE("a process that cannot be killed is not waited for") {
    Run run;
    run.on(E::started).on(E::stop).on(E::unkillable).on(E::drained);
    CHECK(run.state == S::over);
    CHECK(run.actions == std::vector{A::climb, A::drain, A::finish});
}

TEST_CASE("the shepherd's death stops a run, but changes nothing in the states after that") {
    for (const RunState state : {S::starting, S::running, S::settling, S::waiting}) {
        Run run{.state = state};
        run.on(E::lost);
        CHECK(run.state == S::stopping);
        CHECK(run.actions == std::vector{A::climb});
    }
    for (const RunState state : {S::stopping, S::draining, S::over}) {
        Run run{.state = state};
        run.on(E::lost);
        CHECK(run.state == state);
        CHECK(run.actions.empty());
    }
}

TEST_CASE("the state over is final, and no state goes back to starting") {
    for (const OrphanPolicy policy : {OrphanPolicy::kill, OrphanPolicy::wait, OrphanPolicy::leave}) {
        for (const RunState state : all_states) {
            for (const RunEvent event : all_events) {
                const RunTransition transition = advance(state, event, policy);
                if (state == S::over) {
                    CHECK(transition.next == S::over);
                    CHECK(transition.action == A::none);
                }
                CHECK(static_cast<int>(transition.next) >= (state == S::starting ? 0 : 1));
                // A run enters `over` exactly with the actions finish and give_up.
                const bool ends = transition.next == S::over && state != S::over;
                CHECK(ends == (transition.action == A::finish || transition.action == A::give_up));
            }
        }
    }
}

TEST_SUITE_END();
