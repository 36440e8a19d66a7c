#include "src/batch/conductor.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "src/batch/output_mode.hpp"
#include "src/session/strangers.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/terminal.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;
using Phase = Halting::Phase;

constexpr std::size_t last_lines = 10;

Outcome not_started(const BatchJob& job, NotStarted why) {
    Outcome outcome;
    outcome.command = job.options.command.empty() ? "" : job.options.command.front();
    outcome.end = std::move(why);
    outcome.stamp(steady_clock::now());
    return outcome;
}

/// The first signal of a stop that netrunner itself decides on.
int first_signal(const Options& job) {
    if (job.stop) return job.stop->front().signal;
    return job.signal.value_or(SIGTERM);
}

}  // namespace

Conductor::Conductor(const ConductorSetup& setup, JobMaker& source, JobKeeper& keeper)
    : setup_(setup),
      keeper_(keeper),
      signals_(setup.found),
      running_(pump_, find_strangers()),
      output_(STDOUT_FILENO, pump_),
      planner_(setup),
      halting_(setup.options.halt, setup.options.batch_timeout, setup.begun, source.count()),
      slots_(setup, pump_),
      supply_(setup, source, keeper, halting_, pump_) {
    if (!setup_.facts.outputs_are_one) own_error_.emplace(STDERR_FILENO, pump_);
    outputs_ = make_outputs(setup_.options, {output_, own_error_ ? *own_error_ : output_});
    // For the sessions' second layers: if the guard and the shepherd of a job die, the kernel reparents its tree to
    // this process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pump_.watch(signals_.descriptor(), &signals_);
}

Conductor::~Conductor() = default;

const Halting& Conductor::run() {
    start_jobs();
    while (!members_.empty() || (halting_.may_start() && !supply_.has_ended())) {
        take_turn();
        start_jobs();
    }
    running_.finish();
    halting_.set_not_started(supply_.count_left());
    return halting_;
}

// ---- starting

void Conductor::start_jobs() {
    while (halting_.may_start() && output_.error() == 0) {
        const BatchJob* const next = supply_.next();
        if (next == nullptr) break;
        if (outputs_ && !outputs_->has_room()) break;
        if (next->problem.empty() && !slots_.has_room_for(next->slots)) break;
        if (!keeper_.reserve(*next)) {
            halting_.own_failure();
            break;
        }
        start(supply_.take());
    }
    if (output_.error() != 0) halting_.start_no_more();
    if (!supply_.has_next() || !halting_.may_start()) slots_.give_back();
    follow_phase();
}

void Conductor::start(BatchJob job) {
    const std::uint64_t number = job.number;
    const auto place = members_.emplace(number, std::make_unique<Member>()).first;
    Member& member = *place->second;
    member.job = std::move(job);
    member.begun = steady_clock::now();
    NotStarted why{.stage = "record", .message = member.job.problem};
    if (!member.job.problem.empty()) return end(place, not_started(member.job, std::move(why)));
    try {
        LaunchPlan launch = planner_.plan(member.job);
        const StandardFiles files(launch, member.begun);  // a job does not wait for the other end of a FIFO
        SessionContext context{.begun = member.begun, .narrate = setup_.narrate};
        if (outputs_) {
            member.output = outputs_->open(number);
            member.watched_output.emplace(member.output->output(), member.last_output);
            member.watched_error.emplace(member.output->error(), member.last_output);
            context.outlets = {&*member.watched_output, &*member.watched_error};
        }
        launch.shepherd.lock_descriptor = keeper_.lock();
        slots_.start(member.job.slots);
        member.has_slot = true;
        running_.start(number, std::move(launch), files, std::move(context));
        return collect();
    } catch (const SetupFailure& failure) {
        why = {.stage = failure.stage(), .error = failure.code().value(), .message = failure_text(failure)};
    } catch (const std::runtime_error& failure) {
        why.message = failure.what();
    }
    // The record has asked for what does not exist, such as a user or a directory.
    if (setup_.options.jsonl) why.message = fmt::format("line {}: {}", member.job.line, why.message);
    end(place, not_started(member.job, std::move(why)));
}

// ---- one turn

std::optional<TimePoint> Conductor::deadline() const {
    const auto of_outputs = outputs_ ? outputs_->deadline() : std::nullopt;
    return earlier(earlier(running_.deadline(), of_outputs), earlier(halting_.deadline(), keeper_.sync_due()));
}

void Conductor::take_turn() {
    const Wake wake = pump_.wait(deadline());
    if (wake.owner == &signals_) {
        take_signals();
    } else if (wake.kind != Wake::Kind::deadline) {
        const bool is_own = supply_.handle(wake) || slots_.handle(wake) || output_.handle(wake) ||
                            (own_error_ && own_error_->handle(wake));
        if (!is_own) running_.handle(wake);
    } else {
        const TimePoint now = steady_clock::now();
        running_.handle_time();
        if (outputs_) outputs_->handle_time(now);
        halting_.tick(now);
        if (is_due(keeper_.sync_due(), now) && !keeper_.sync(now)) halting_.own_failure();
    }
    collect();
    attend_moved();
}

/// Lets jobs go on whose output moves again, and accounts for those whose output is out.
void Conductor::attend_moved() {
    if (!outputs_) return;
    outputs_->attend();  // there may be room, or a writer may have ended its line, without a wake of its own
    for (auto moved = outputs_->take_moved(); !moved.empty(); moved = outputs_->take_moved()) {
        for (const std::uint64_t number : moved) {
            const auto place = members_.find(number);
            if (place == members_.end()) continue;
            if (place->second->outcome) {
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
            if (ignored) break;
            // Each further order reaches the jobs as well: their sessions take one that came within 10 ms of the first
            // for a copy of it (docs/decisions/0006).
            if (followed_ == Phase::killing) running_.stop_all(SIGTERM);
            halting_.signal(signal.number);
            return follow_phase();
        case SIGUSR1: return tell_running();
        case SIGUSR2: return halting_.start_no_more();
        case SIGTSTP: return suspend();
        case SIGCONT:
        case SIGWINCH: return;
        default: break;
    }
    running_.pass_on(signal.number);
}

/// Stops or kills the jobs if the batch has come to that.
void Conductor::follow_phase() {
    if (halting_.phase() == followed_) return;
    const bool was_stopping = followed_ >= Phase::stopping;
    followed_ = halting_.phase();
    if (followed_ >= Phase::stopping && !was_stopping) {
        running_.stop_all(halting_.first_signal().value_or(first_signal(setup_.options.job)));
    } else if (followed_ == Phase::killing) {
        running_.stop_all(SIGTERM);  // a second order, whatever the signal
    }
}

/// Ctrl-Z, or SIGTSTP from a process: the jobs stop, then this process.
void Conductor::suspend() {
    running_.pass_on(SIGTSTP);
    const TimePoint stopped_at = steady_clock::now();
    stop_self(SIGTSTP, setup_.has_terminal ? StopScope::group : StopScope::process);
    const Duration paused = steady_clock::now() - stopped_at;
    running_.pass_on(SIGCONT);
    running_.resume_timers(paused);
    halting_.pause(paused);
}

void Conductor::tell_running() {
    const BatchCounts& counts = halting_.counts();
    setup_.say(fmt::format("{} running, {} succeeded, {} failed", running_.count(), counts.succeeded, counts.failed));
    const TimePoint now = steady_clock::now();
    for (const auto& [number, member] : members_) {
        if (member->outcome) continue;
        const auto age = std::chrono::floor<std::chrono::seconds>(now - member->begun);
        setup_.say(fmt::format("job {} has run for {}: {}", member->job.name(), format_duration(age),
                               fmt::join(member->job.options.command, " ")));
    }
}

// ---- ends

void Conductor::collect() {
    while (auto ended = running_.take_ended()) end(members_.find(ended->number), std::move(ended->outcome));
}

void Conductor::end(Members::iterator place, Outcome outcome) {
    Member& member = *place->second;
    member.outcome = std::move(outcome);
    if (std::exchange(member.has_slot, false)) slots_.end(member.job.slots);
    const bool succeeded = ending_of(*member.outcome, member.job.options.preserve_status).status == 0;
    if (member.output) member.output->end(!setup_.options.only_failed || !succeeded);
    settle(place);
}

/// Ends the membership of a job when its output is out.
void Conductor::settle(Members::iterator place) {
    Member& member = *place->second;
    if (member.output && !member.output->is_delivered()) return;
    const Ending ending = ending_of(*member.outcome, member.job.options.preserve_status);
    const bool lost = std::holds_alternative<Lost>(member.outcome->end);
    halting_.job_ended(lost ? JobResult::lost : ending.status == 0 ? JobResult::succeeded : JobResult::failed);
    if (!keeper_.ended({member.job, *member.outcome, ending, member.last_output.last_lines(last_lines)}))
        halting_.own_failure();
    members_.erase(place);
}

}  // namespace netrunner
