#include "src/batch/conductor.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "src/batch/group_outputs.hpp"
#include "src/batch/line_outputs.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/session/strangers.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/terminal.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;

Outcome not_started(const Job& job, const NotStarted& why) {
    Outcome outcome;
    outcome.command = job.command.empty() ? "" : job.command.front();
    outcome.end = why;
    outcome.stamp(steady_clock::now());
    return outcome;
}

std::unique_ptr<Outputs> make_outputs(const BatchSetup& setup, OwnOutputs own) {
    switch (setup.output) {
        case OutputMode::null:
        case OutputMode::inherit: return nullptr;
        case OutputMode::line: return std::make_unique<LineOutputs>(own);
        case OutputMode::group:
        case OutputMode::ordered: break;
    }
    const auto order = setup.output == OutputMode::ordered ? Floor::Order::input : Floor::Order::ended_first;
    return std::make_unique<GroupOutputs>(
        own, GroupOutputs::Terms{.order = order, .failed_only = setup.failed_only, .spill_max = setup.spill_max});
}

}  // namespace

Conductor::Conductor(const BatchSetup& setup, JobSource& source, std::function<void(const JobEnd&)> ended)
    : setup_(setup),
      source_(source),
      ended_(std::move(ended)),
      signals_(setup.found),
      running_(pump_, find_strangers()),
      output_(STDOUT_FILENO, pump_) {
    if (!setup_.facts.outputs_are_one) own_error_.emplace(STDERR_FILENO, pump_);
    outputs_ = make_outputs(setup_, {output_, own_error_ ? *own_error_ : output_});
    // For the sessions' second layers: if the guard and the shepherd of a job die, the kernel reparents its tree to
    // this process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pump_.watch(signals_.descriptor(), &signals_);
    if (setup_.timeout != forever) stop_at_ = setup_.begun + setup_.timeout;
}

Conductor::~Conductor() = default;

BatchOutcome Conductor::run() {
    start_jobs();
    while (!members_.empty() || (may_start() && !source_ended_)) {
        take_turn();
        start_jobs();
    }
    running_.finish();
    outcome_.is_complete = source_ended_;
    outcome_.write_error = output_.error() != 0 ? output_.error() : own_error_ ? own_error_->error() : 0;
    return outcome_;
}

// ---- starting

bool Conductor::may_start() const {
    return outcome_.cancelled_by == 0 && !outcome_.timed_out && !outcome_.halted && output_.error() == 0;
}

bool Conductor::has_room() const { return running_.count() < setup_.most && (!outputs_ || outputs_->has_room()); }

void Conductor::start_jobs() {
    while (may_start() && !source_ended_ && !source_watched_ && has_room()) {
        Job job;
        switch (source_.next(job)) {
            case JobSource::State::job: start(std::move(job)); break;
            case JobSource::State::waits:
                // Watched only until it is readable: what is there waits until a job can start.
                pump_.watch(source_.descriptor(), &source_);
                source_watched_ = true;
                break;
            case JobSource::State::ended: source_ended_ = true; break;
        }
    }
}

void Conductor::start(Job job) {
    const std::uint64_t number = job.number;
    if (!job.problem.empty()) {
        const NotStarted why{.stage = "record", .message = job.problem};
        members_[number].job = std::move(job);
        end(members_.find(number), not_started(members_[number].job, why));
        return;
    }
    Options options = setup_.options;
    options.command = job.command;
    const TimePoint now = steady_clock::now();
    try {
        LaunchPlan plan = make_launch_plan(options, setup_.facts);
        const StandardFiles files(plan, now);  // a job does not wait for the other end of a FIFO
        Member& member = members_[number];
        member.job = std::move(job);
        SessionContext context{.begun = now, .narrate = setup_.narrate};
        if (outputs_) {
            member.output = outputs_->open(number);
            context.outlets = {&member.output->output(), &member.output->error()};
        }
        running_.start(number, std::move(plan), files, std::move(context));
    } catch (const SetupFailure& failure) {
        if (!members_.contains(number)) members_[number].job = std::move(job);
        const NotStarted why{
            .stage = failure.stage(), .error = failure.code().value(), .message = failure_text(failure)};
        end(members_.find(number), not_started(members_[number].job, why));
    }
    collect();
}

// ---- one turn

std::optional<TimePoint> Conductor::deadline() const {
    const auto of_outputs = outputs_ ? outputs_->deadline() : std::nullopt;
    return earlier(earlier(running_.deadline(), of_outputs), stop_at_);
}

void Conductor::take_turn() {
    const Wake wake = pump_.wait(deadline());
    if (wake.owner == &signals_) {
        take_signals();
    } else if (wake.owner == &source_) {
        pump_.unwatch(source_.descriptor());
        source_watched_ = false;
    } else if (output_.handle(wake) || (own_error_ && own_error_->handle(wake))) {
        if (outputs_) outputs_->attend();
    } else if (wake.kind != Wake::Kind::deadline) {
        running_.handle(wake);
    } else {
        const TimePoint now = steady_clock::now();
        running_.handle_time();
        if (outputs_) outputs_->handle_time(now);
        if (is_due(stop_at_, now)) {
            stop_at_.reset();
            outcome_.timed_out = true;
            stop_running();
        }
    }
    collect();
    attend_moved();
}

/// Lets jobs go on whose output moves again, and accounts for those whose output is out.
void Conductor::attend_moved() {
    if (!outputs_) return;
    for (auto moved = outputs_->take_moved(); !moved.empty(); moved = outputs_->take_moved()) {
        for (const std::uint64_t number : moved) {
            const auto place = members_.find(number);
            if (place == members_.end()) continue;
            if (place->second.outcome) {
                settle(place);
            } else {
                running_.nudge(number);
            }
        }
    }
}

// ---- signals

void Conductor::take_signals() {
    while (const auto signal = signals_.read()) {
        if (signal->number == SIGCHLD) {
            running_.handle_children();
        } else {
            obey(*signal);
        }
    }
}

void Conductor::obey(const SignalEvent& signal) {
    const bool ignored = (setup_.found.ignored & signal_bit(signal.number)) != 0;
    switch (signal.number) {
        case SIGINT:
        case SIGTERM:
        case SIGHUP:
            if (!ignored) return cancel(signal.number);
            break;
        case SIGTSTP: return suspend();
        case SIGCONT:
        case SIGWINCH: return;
        default: break;
    }
    running_.pass_on(signal.number);
}

void Conductor::cancel(int signal) {
    if (outcome_.cancelled_by == 0) outcome_.cancelled_by = signal;
    running_.stop_all(signal);
}

void Conductor::stop_running() { running_.stop_all(setup_.options.signal.value_or(SIGTERM)); }

/// Ctrl-Z, or SIGTSTP from a process: the jobs stop, then this process.
void Conductor::suspend() {
    running_.pass_on(SIGTSTP);
    const TimePoint stopped_at = steady_clock::now();
    stop_self(SIGTSTP, setup_.facts.has_terminal ? StopScope::group : StopScope::process);
    const Duration paused = steady_clock::now() - stopped_at;
    running_.pass_on(SIGCONT);
    running_.resume_timers(paused);
    if (stop_at_) *stop_at_ += paused;
}

// ---- ends

void Conductor::collect() {
    while (auto ended = running_.take_ended()) end(members_.find(ended->number), std::move(ended->outcome));
}

void Conductor::end(Members::iterator place, Outcome outcome) {
    Member& member = place->second;
    member.outcome = std::move(outcome);
    const bool succeeded = ending_of(*member.outcome, setup_.options.preserve_status).status == 0;
    if (member.output) member.output->end(!setup_.failed_only || !succeeded);
    settle(place);
}

/// Ends the membership of a job when its output is out.
void Conductor::settle(Members::iterator place) {
    Member& member = place->second;
    if (member.output && !member.output->is_delivered()) return;
    const Ending ending = ending_of(*member.outcome, setup_.options.preserve_status);
    ++(ending.status == 0 ? outcome_.succeeded : outcome_.failed);
    if (std::holds_alternative<Lost>(member.outcome->end)) ++outcome_.lost;
    ended_({member.job, *member.outcome, ending});
    members_.erase(place);
    const auto reached = [&](std::uint64_t limit) { return limit != 0 && outcome_.failed >= limit; };
    if (outcome_.halted || (!reached(setup_.halt_soon) && !reached(setup_.halt_now))) return;
    outcome_.halted = true;
    if (reached(setup_.halt_now)) stop_running();
}

}  // namespace netrunner
