// What a session does when its guard or its shepherd dies: it names the helper, and ends the tree itself if the guard
// is gone (docs/decisions/0061). The part of Session that a run without such a death never needs.
#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <optional>
#include <utility>

#include "shepherd/tree/tree.hpp"
#include "src/session/session.hpp"
#include "src/session/start_failure.hpp"

namespace netrunner {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long helpers that were killed may take to die: a helper in an uninterruptible wait does not.
constexpr std::chrono::seconds helpers_patience{3};
/// How often to look whether the guard is dead: no event tells that if its shepherd lives. Many jobs may be lost at
/// once.
constexpr milliseconds helpers_interval{5};
constexpr milliseconds shared_helpers_interval{20};
}  // namespace

/// The guard closes the link when it has finished. A hang-up before that means that the guard is lost.
void Session::on(const HangUp& /*event*/) {
    pump_.unwatch(link_.descriptor());
    link_watched_ = false;
    if (state_ == RunState::draining || state_ == RunState::over) return;
    // With neighbours, do not hold them up. The shepherd's status then only decides which helper is named.
    const bool shepherd = link_.was_shepherd_killed(milliseconds(context_.neighbours == nullptr ? 20 : 0));
    if (const auto status = state_ == RunState::starting ? link_.foreign_exit() : std::nullopt) {
        outcome_.end = describe_foreign_shepherd(*status);
        return apply(RunEvent::failed);
    }
    take_over(shepherd ? "shepherd" : "guard");
}

void Session::handle_children() {
    look_after_parent();
    if (stop_command_) stop_command_->child_ended();
    if (over()) return;
    const bool shepherd_killed = link_.look_after_shepherd();
    if (is_lost()) {
        link_.reap_ended();
        look_after_helpers();
    } else if (shepherd_killed) {
        lose_shepherd();
    }
}

void Session::child_reaped(const siginfo_t& child) {
    const bool killed = child.si_code != CLD_EXITED;
    if (stop_command_ && child.si_pid == stop_command_->pid()) stop_command_->note_end(child.si_status, killed);
    if (is_lost()) second_layer_.child_reaped(child.si_pid);
    const bool is_helper = child.si_pid == link_.pid() || child.si_pid == link_.root();
    const bool shepherd_killed = link_.child_reaped(child.si_pid, killed);
    if (is_lost()) {
        if (is_helper && !over()) look_after_helpers();
    } else if (shepherd_killed && !over()) {
        lose_shepherd();
    }
}

void Session::list_helpers(std::vector<pid_t>& children) const {
    for (const pid_t helper : {link_.pid(), link_.root()}) children.push_back(helper);
    if (stop_command_) children.push_back(stop_command_->pid());
}

void Session::lose_shepherd() {
    if (state_ == RunState::draining) return;
    // The guard still works, but a process that killed the shepherd will probably kill the guard next, so end the tree
    // now.
    context_.narrate(1, "the shepherd was killed: ending the tree");
    lose("shepherd");
}

/// Makes this process end the tree, which is reparented to the shepherd, or to this process if the shepherd is lost
/// too.
void Session::take_over(const char* lost) {
    context_.narrate(1, "the guard is lost: netrunner ends the tree itself");
    lost_ = lost;
    if (context_.neighbours != nullptr) {
        second_layer_.share(context_.neighbours->reserve());
        second_layer_.claim(link_.pid(), outcome_.pid.value_or(0));
    }
    // From now on the shepherd only watches this process, and ends the tree if this process dies. If the shepherd dies,
    // the tree is reparented to this process (docs/decisions/0061).
    link_.lose_guard();
    tree_watch_.end(steady_clock::now());
    helpers_due_ = steady_clock::now() + helpers_patience;
    if (context_.neighbours == nullptr) {
        link_.look_after_shepherd();
        link_.reap_ended();
    }
    look_after_helpers();
}

/// The guard is lost. Waits until the kernel has handed over its children, because a walk that meets a dying helper may
/// miss that one's children. Then notices the end of the shepherd.
void Session::look_after_helpers() {
    const TimePoint now = steady_clock::now();
    if (helpers_due_) {
        helpers_look_ = now + (context_.neighbours == nullptr ? helpers_interval : shared_helpers_interval);
        if (link_.has_handed_over() || now >= *helpers_due_) end_tree_here();
    } else if (second_layer_.is_below_shepherd() && link_.pid() < 0) {
        second_layer_.inherit(now);
        if (std::exchange(tree_missed_, false)) repeat_last_step();
    }
}

void Session::end_tree_here() {
    helpers_due_.reset();
    link_.forget_guard();
    const TimePoint now = steady_clock::now();
    second_layer_.take_over(outcome_.pid.value_or(0), link_.pid(), spare_, now);
    if (!second_layer_.has_command()) stop_.command_ended(now);
    // If both helpers were killed at once, the order that followed the shepherd's death has reached no guard.
    const bool unheard = outcome_.stop && outcome_.stop->cause == StopCause::lost && !outcome_.stop->steps.empty();
    lose(lost_);
    if (unheard) repeat_last_step();
}

void Session::repeat_last_step() {
    if (outcome_.stop->steps.empty()) return;
    const StopRecord::Step& last = outcome_.stop->steps.back();
    signal_tree({last.signal, last.to_command});
}

/// Tells the second layer which children of this process it ends.
void Session::meet_neighbours() {
    if (context_.neighbours == nullptr || !second_layer_.active() || second_layer_.is_below_shepherd()) return;
    auto [own, others_maybe] = context_.neighbours->share_children(*this);
    second_layer_.set_children(std::move(own), others_maybe);
}

void Session::lose(const char* helper) {
    outcome_.end = Lost{};
    if (outcome_.lost.empty()) outcome_.lost = helper;
    stop_.prepare(StopCause::lost);
    apply(RunEvent::lost);
    outcome_.stop->cause = StopCause::lost;
    end_stop_command();
}

/// Without the guard: sends the signal of the ladder's present step.
void Session::signal_tree(StopSignal signal) {
    meet_neighbours();
    const int step = static_cast<int>(outcome_.stop->steps.size());
    const OuterOrder order{.signal = signal.number, .step = step};
    if (signal.to_command) return second_layer_.signal_command(order);
    second_layer_.signal(order, job_group(), [this](Orphan orphan) { record_orphan(std::move(orphan)); });
    tree_missed_ = second_layer_.is_below_shepherd() && (link_.pid() < 0 || link_.is_shepherd_dying());
}

void Session::check_second_layer() {
    meet_neighbours();
    const TimePoint now = steady_clock::now();
    const StopRecord::Step& last = outcome_.stop->steps.back();
    const bool empty = second_layer_.check(now, job_group(), last.signal == SIGKILL && !last.to_command,
                                           [this](Orphan orphan) { record_orphan(std::move(orphan)); });
    if (!second_layer_.has_command()) stop_.command_ended(now);
    if (!empty) return;
    for (Orphan& left : second_layer_.find_spared()) record_spared(std::move(left));
    apply(RunEvent::tree_empty);
}

void Session::check_survivors() {
    const TimePoint now = steady_clock::now();
    survivor_watch_.look_again(now);
    TreeMember guard;
    const bool held =
        !second_layer_.active() && read_member(link_.root(), guard) && (guard.state == 'T' || guard.state == 't');
    if (held) {
        // A stopped guard, held by a debugger for example, cannot end the tree. End the guard and then the tree from
        // here.
        pump_.unwatch(link_.descriptor());
        link_watched_ = false;
        take_over("guard");
        return;
    }
    meet_neighbours();
    auto survivors = find_survivors(tree(), job_group());
    if (!survivor_watch_.is_hopeless(survivors, now)) return;
    survivor_watch_.end();
    record_survivors(std::move(survivors), outcome_);
    // The guard, or the shepherd if the guard is lost, waits until the survivors have ended.
    link_.abandon();
    apply(RunEvent::unkillable);
}

}  // namespace netrunner
