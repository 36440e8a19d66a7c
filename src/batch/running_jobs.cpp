#include "src/batch/running_jobs.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <unordered_set>

#include "shepherd/tree/children.hpp"
#include "shepherd/tree/tree.hpp"
#include "src/system/setup_failure.hpp"

namespace netrunner {

using std::chrono::steady_clock;

RunningJobs::RunningJobs(Pump& pump, std::vector<pid_t> strangers, std::size_t pidfds)
    : pump_(pump), strangers_(std::move(strangers)), pidfds_{pidfds} {}

RunningJobs::~RunningJobs() = default;

void RunningJobs::start(Number number, LaunchPlan plan, const StandardFiles& files, SessionContext context) {
    context.strangers = strangers_;
    context.neighbours = this;
    context.recording.room = &pidfds_;
    auto made = std::make_unique<Running>(number, std::move(plan), files, pump_, std::move(context));
    Running& running = *made;
    register_helper(running);
    by_number_[number] = &running;
    running_.emplace(&running.session, std::move(made));
    settle(running);
}

void RunningJobs::register_helper(Running& running) {
    const pid_t helper = running.session.shepherd();
    if (helper <= 0) return;
    children_.add(helper, running.session);
    running.helpers.push_back(helper);
}

/// Lets `act` drive one session. A failure of netrunner itself stops that job.
template <class Act>
void RunningJobs::drive(Running& running, Act act) {
    try {
        act(running.session);
    } catch (const std::system_error& failure) {
        running.session.fail(failure_text(failure));
    }
    settle(running);
}

template <class Act>
void RunningJobs::drive_all(Act act) {
    std::vector<Running*> all;
    all.reserve(running_.size());
    for (const auto& [owner, running] : running_) all.push_back(running.get());
    for (Running* each : all) drive(*each, act);
}

/// Notes the session's next deadline, or takes its outcome if it is over. `running` may be gone afterwards.
void RunningJobs::settle(Running& running) {
    const bool over = running.session.over();
    const auto due = over ? std::nullopt : running.session.deadline();
    if (due != running.due) {
        if (running.due) due_.erase({*running.due, &running});
        running.due = due;
        if (due) due_.emplace(*due, &running);
    }
    if (!over) return;
    for (const pid_t helper : running.helpers) children_.forget(helper, running.session);
    lost_children_.forget(&running.session);
    ended_.push_back({running.number, running.session.take_outcome()});
    by_number_.erase(running.number);
    running_.erase(&running.session);
}

bool RunningJobs::handle(const Wake& wake) {
    const auto found = running_.find(wake.owner);
    if (found == running_.end()) return false;
    children_listed_ = false;
    drive(*found->second, [&](Session& session) { session.handle(wake); });
    return true;
}

void RunningJobs::handle_children() {
    children_listed_ = false;
    children_.reap([this](Session* session, const siginfo_t& child) { child_reaped(session, child); });
}

void RunningJobs::child_reaped(Session* session, const siginfo_t& child) {
    if (session == nullptr) {
        for (const auto& [owner, running] : running_) {
            if (running->session.is_own_child(child.si_pid)) session = &running->session;
        }
    }
    const LostChildren::Owner owner = lost_children_.child_reaped(child.si_pid);
    if (session != nullptr) {
        children_listed_ = false;  // a helper's children are this process's now
        Running& running = *running_.at(session);
        // If the shepherd was killed, its guard becomes this process's child.
        drive(running, [&](Session& own) {
            own.child_reaped(child);
            if (!own.over()) register_helper(running);
        });
        return;
    }
    // The children of an unknown process may be of any lost run.
    for (const auto& [each, running] : running_) {
        if (running->session.is_lost() && (owner == nullptr || owner == each)) running->session.child_reaped(child);
    }
}

std::optional<TimePoint> RunningJobs::deadline() const {
    const auto first = due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
    return earlier(first, children_.deadline());
}

void RunningJobs::handle_time() {
    const TimePoint now = steady_clock::now();
    children_listed_ = false;
    children_.handle_time(now);
    std::vector<Running*> all;
    for (const auto& [due, running] : due_) {
        if (due > now) break;
        all.push_back(running);
    }
    for (Running* each : all) drive(*each, [](Session& session) { session.handle_time(); });
}

std::optional<OutputFigures> RunningJobs::outputs_of(Number number) const {
    const auto found = by_number_.find(number);
    if (found == by_number_.end()) return std::nullopt;
    const Streams& streams = std::as_const(found->second->session).streams();
    return OutputFigures{.output = streams.passed_output(), .error = streams.passed_error()};
}

void RunningJobs::nudge(Number number) {
    if (const auto found = by_number_.find(number); found != by_number_.end()) found->second->session.nudge_outputs();
}

void RunningJobs::stop_all(int signal) {
    children_listed_ = false;
    drive_all([&](Session& session) { session.stop_by(signal); });
}

void RunningJobs::stop(Number number, int signal) {
    children_listed_ = false;
    const auto found = by_number_.find(number);
    if (found != by_number_.end()) drive(*found->second, [&](Session& session) { session.stop_by(signal); });
}

void RunningJobs::pass_on(int signal) {
    drive_all([&](Session& session) { session.pass_on(signal); });
}

void RunningJobs::resume_timers(Duration paused) {
    drive_all([&](Session& session) { session.resume_timers(paused); });
}

std::optional<RunningJobs::Ended> RunningJobs::take_ended() {
    if (ended_.empty()) return std::nullopt;
    Ended first = std::move(ended_.front());
    ended_.pop_front();
    return first;
}

Neighbours::Inherited RunningJobs::share_children(const Session& session) {
    if (!std::exchange(children_listed_, true)) list_children(session);
    const auto owners = lost_children_.uncertain_owners();
    const auto is_at_work = [&](LostChildren::Owner owner) { return owner != &session && owner->has_unspared_claim(); };
    return {.own = lost_children_.children_of(&session), .others_maybe = std::ranges::any_of(owners, is_at_work)};
}

void RunningJobs::list_children(const Session& asker) {
    std::vector<pid_t> helpers = strangers_;
    std::unordered_map<pid_t, const Session*> commands;
    std::unordered_map<pid_t, std::pair<std::uint64_t, const Session*>> claimed;
    for (const auto& [owner, running] : running_) {
        running->session.list_helpers(helpers);
        if (running->session.command() > 0) commands.emplace(running->session.command(), &running->session);
        for (const TreeMember& member : running->session.claimed()) {
            claimed.insert_or_assign(member.pid, std::pair{member.started, &running->session});
        }
    }
    const std::unordered_set<pid_t> no_tree(helpers.begin(), helpers.end());
    std::vector<pid_t> present;
    each_child(::getpid(), [&](pid_t child) {
        if (!no_tree.contains(child) && !children_.is_helper(child)) present.push_back(child);
    });
    lost_children_.update(present, [&](pid_t child) -> LostChildren::Share {
        TreeMember seen;
        if (!see_member(child, ::getpid(), seen) || seen.parent != ::getpid()) return {};
        // The number of a group is not reused while the group has a member.
        const auto command = commands.find(seen.group);
        if (command != commands.end()) return {.owner = command->second, .is_certain = true};
        const auto claim = claimed.find(child);
        if (claim != claimed.end() && claim->second.first == seen.started) {
            return {.owner = claim->second.second, .is_certain = true};
        }
        return {.owner = &asker, .is_certain = false};
    });
}

void RunningJobs::leave(pid_t helper) { children_.leave(helper, steady_clock::now()); }

}  // namespace netrunner
