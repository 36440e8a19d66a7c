#include "src/batch/conductor.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <utility>

#include "src/batch/output_mode.hpp"
#include "src/batch/shard.hpp"
#include "src/session/failed_setup.hpp"
#include "src/session/stop.hpp"
#include "src/session/strangers.hpp"
#include "src/system/processor_wait.hpp"
#include "src/system/terminal.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;
using Phase = Halting::Phase;

constexpr std::size_t last_lines = 10;
/// Jobs that wait for another attempt hold no slot. Their number is limited, so that memory does not depend on the
/// number of jobs.
constexpr std::size_t most_waiting = 1000;

/// The shortest time limit: how exactly a suspension has to be known.
Duration shortest_limit(const BatchOptions& options) {
    const Options& job = options.job;
    // A record may have any limit.
    if (options.jsonl) return std::chrono::seconds(1);
    Duration shortest = forever;
    for (const Duration limit :
         {job.timeout, job.idle_timeout, options.batch_timeout, job.retry_timeout.value_or(forever)}) {
        if (limit != Duration::zero()) shortest = std::min(shortest, limit);
    }
    return shortest;
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
      running_(pump_, find_strangers(), setup.pidfds),
      output_(STDOUT_FILENO, pump_, setup.facts.outputs_are_one ? setup.error_file : ErrorFile{}),
      own_error_(setup.facts.outputs_are_one ? nullptr
                                             : std::make_unique<SharedOutput>(STDERR_FILENO, pump_, setup.error_file)),
      outputs_(make_outputs(setup, {output_, error_output()}, pump_)),
      waiting_(pump_),
      starter_(setup, running_, waiting_, outputs_.get(), keeper.lock()),
      halting_(setup.options.halt, setup.options.batch_timeout, setup.begun,
               jobs_in_shard(setup.shard, source.count())),
      slots_(setup, pump_),
      supply_(setup, source, keeper, halting_, pump_, [this](const BatchJob& job) { starter_.skip(job); }),
      suspension_(shortest_limit(setup.options), steady_clock::now()) {
    // For the sessions' second layers: if the guard and the shepherd of a job die, the kernel reparents its tree to
    // this process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pump_.watch(signals_.descriptor(), &signals_);
    if (setup_.events != nullptr) setup_.events->join(pump_);
    setup_.own_lines.begin_waiting(error_output());
    if (!setup_.options.die_with_parent) return;
    parent_.emplace();
    if (parent_->descriptor() >= 0) pump_.watch(parent_->descriptor(), &*parent_);
}

Conductor::~Conductor() {
    if (setup_.events != nullptr) setup_.events->leave();
}

const Halting& Conductor::run() {
    start_jobs();
    while (!members_.empty() || (halting_.may_start() && !supply_.has_ended())) {
        take_turn();
        start_jobs();
    }
    running_.finish();
    halting_.set_not_started(supply_.count_left());
    setup_.own_lines.end_waiting();
    return halting_;
}

// ---- starting

void Conductor::start_jobs() {
    supply_.begin_turn();
    follow_phase();  // no further attempt of a batch that has come to its end
    bool wants_slot = start_retries();
    while (!wants_slot && retries_.size() < most_waiting && halting_.may_start() && output_.error() == 0) {
        const BatchJob* const next = supply_.next();
        if (next == nullptr) break;
        if (outputs_ && !outputs_->has_room()) break;
        wants_slot = next->problem.empty() && !slots_.has_room_for(next->slots);
        if (wants_slot) break;
        if (!keeper_.reserve(*next)) {
            halting_.own_failure();
            break;
        }
        const std::uint64_t number = next->number;
        start(members_.emplace(number, std::make_unique<StartedJob>(supply_.take(), steady_clock::now())).first);
    }
    if (output_.error() != 0) halting_.start_no_more();
    if (!wants_slot) slots_.give_back();
    follow_phase();
}

/// Begins the attempts that are due, before any new job: theirs come first in the input. True if one of them finds no
/// slot.
bool Conductor::start_retries() {
    retries_.tick(steady_clock::now());
    while (const auto number = retries_.next()) {
        const auto place = members_.find(*number);
        if (!slots_.has_room_for(place->second->job().slots)) return true;
        retries_.take_next();
        start(place);
    }
    return false;
}

/// Begins an attempt of the job, which is the only one without --retries.
void Conductor::start(Members::iterator place) {
    StartedJob& started = *place->second;
    if (started.job().problem.empty()) {
        slots_.start(started.job().slots);
        started.has_slot = true;
    }
    if (auto failed = starter_.start(started)) {
        end(place, std::move(*failed));
    } else {
        collect();
    }
}

// ---- one turn

/// The next deadline of those that a suspension of this process uses up.
std::optional<TimePoint> Conductor::timers() const {
    return earlier(earlier(running_.deadline(), retries_.deadline()),
                   earlier(halting_.deadline(), waiting_.deadline()));
}

std::optional<TimePoint> Conductor::deadline() const {
    const auto of_outputs = outputs_ ? outputs_->deadline() : std::nullopt;
    const auto of_timers = has_timers_ ? earlier(timers(), suspension_.deadline()) : std::nullopt;
    const auto of_pulse = setup_.pulse != nullptr ? std::optional(setup_.pulse->deadline(figures())) : std::nullopt;
    const auto of_events = setup_.events != nullptr ? setup_.events->deadline() : std::nullopt;
    const auto of_starts = earlier(supply_.again_at(), slots_.again_at());
    return earlier(earlier(earlier(of_timers, of_outputs), earlier(patience_, of_starts)),
                   earlier(earlier(of_pulse, of_events), keeper_.sync_due()));
}

BatchFigures Conductor::figures() const {
    const BatchCounts& counts = halting_.counts();
    BatchFigures figures{.done = counts.finished(),
                         .failed = counts.failed,
                         .skipped = counts.skipped,
                         .running = running_.count() + waiting_.size()};
    const std::uint64_t others = figures.done + figures.skipped + figures.running;
    if (const auto total = halting_.total()) figures.waiting = *total - std::min(*total, others);
    return figures;
}

void Conductor::take_turn() {
    if (!std::exchange(has_timers_, timers().has_value()) && has_timers_) {
        suspension_.restart(steady_clock::now(), processor_wait());
    }
    const Wake wake = pump_.wait(deadline());
    notice_suspension();  // before the wake starts what only the suspension made due
    if (wake.owner == &signals_) {
        take_signals();
    } else if (parent_ && wake.owner == &*parent_) {
        lose_parent();
    } else if (waiting_.handle(wake)) {
        go_on(waiting_.take(wake));
    } else if (wake.kind != Wake::Kind::deadline) {
        const bool is_of_reader = output_.handle(wake) || (own_error_ && own_error_->handle(wake));
        if (is_of_reader) patience_.reset();  // it takes bytes
        const bool is_own = is_of_reader || supply_.handle(wake) || slots_.handle(wake) ||
                            (outputs_ && outputs_->handle(wake)) ||
                            (setup_.events != nullptr && setup_.events->handle(wake));
        if (!is_own) running_.handle(wake);
    } else {
        look_after_time();
    }
    collect();
    setup_.own_lines.attend();  // before the jobs take the room
    attend_moved();
    attend_patience();
    if (setup_.events != nullptr) setup_.events->flush();
}

/// After a stop, and when all jobs have ended, a reader that takes nothing has least_patience; after a second order it
/// has none. What is left of the output is then lost.
void Conductor::attend_patience() {
    if (halting_.phase() < Phase::stopping || running_.count() > 0 || members_.empty()) return;
    const TimePoint now = steady_clock::now();
    if (halting_.phase() == Phase::killing) patience_ = now;
    if (!patience_) patience_ = now + least_patience;
    if (now < *patience_) return;
    setup_.warn(fmt::format("the reader of the output has taken nothing: the rest of the output of {} {} is lost",
                            members_.size(), members_.size() == 1 ? "job" : "jobs"));
    while (!members_.empty()) account(members_.begin());
}

void Conductor::look_after_time() {
    const TimePoint now = steady_clock::now();
    running_.handle_time();
    look_after_waiting(now);
    if (outputs_) outputs_->handle_time(now);
    halting_.tick(now);
    if (is_due(keeper_.sync_due(), now) && !keeper_.sync(now)) halting_.own_failure();
    if (setup_.pulse != nullptr) setup_.pulse->attend(now, figures());
    if (setup_.events != nullptr)
        setup_.events->tell_output(now, [this](std::uint64_t number) { return running_.outputs_of(number); });
}

/// One look for all sessions (docs/decisions/0038).
void Conductor::notice_suspension() {
    const TimePoint now = steady_clock::now();
    if (!has_timers_ || now < suspension_.deadline()) return;
    const Duration suspended = suspension_.look(now, processor_wait());
    if (suspended != Duration::zero()) pause(suspended);
}

/// This process was suspended for `paused`: no timer counts that time.
void Conductor::pause(Duration paused) {
    suspension_.restart(steady_clock::now(), processor_wait());
    running_.resume_timers(paused);
    waiting_.pause(paused);
    halting_.pause(paused);
    for (const std::uint64_t number : retries_.all()) members_.at(number)->pause(paused);
    retries_.pause(paused);
    if (setup_.pulse != nullptr) setup_.pulse->pause(paused);
}

/// Lets jobs go on whose output moves again, and accounts for those whose output is out.
void Conductor::attend_moved() {
    if (!outputs_) return;
    outputs_->attend();  // there may be room, or a writer may have ended its line, without a wake of its own
    for (auto moved = outputs_->take_moved(); !moved.empty(); moved = outputs_->take_moved()) {
        for (const std::uint64_t number : moved) {
            const auto place = members_.find(number);
            if (place == members_.end()) continue;
            if (place->second->has_ended()) {
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
            // Without pidfds, SIGCHLD tells (docs/decisions/0054).
            if (parent_ && parent_->descriptor() < 0 && parent_->has_ended()) lose_parent();
        } else {
            obey(*signal);
        }
    }
}

void Conductor::obey(const SignalEvent& signal) {
    // The kernel sends SIGXFSZ, in this process's own name, for a write of netrunner that exceeds RLIMIT_FSIZE. The
    // failed write is reported; the signal is not for the jobs.
    if (signal.number == SIGXFSZ && signal.sender == ::getpid()) return;
    const bool ignored = (setup_.found.ignored & signal_bit(signal.number)) != 0;
    switch (signal.number) {
        case SIGINT:
        case SIGTERM:
        case SIGHUP:
            if (ignored) break;
            // Each further order reaches the jobs as well: their sessions take an order that came within 10 ms of the
            // first for a copy of it (docs/decisions/0006).
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

/// --die-with-parent: the end of the process that started netrunner cancels the batch as SIGTERM does.
void Conductor::lose_parent() {
    if (parent_->descriptor() >= 0) pump_.unwatch(parent_->descriptor());
    parent_.reset();
    setup_.say("the process that started netrunner has ended: stopping all jobs");
    halting_.signal(SIGTERM);
    follow_phase();
}

/// Does what the batch has come to: stops or kills the jobs, or keeps those that wait from another attempt.
void Conductor::follow_phase() {
    const Phase before = std::exchange(followed_, halting_.phase());
    const int signal = halting_.first_signal().value_or(first_signal(setup_.options.job));
    if (followed_ >= Phase::stopping && before < Phase::stopping) {
        running_.stop_all(signal);
        cancel_waiting(signal);
    } else if (followed_ == Phase::killing && before != Phase::killing) {
        running_.stop_all(SIGTERM);  // a second order, whatever the signal
    }
    if (retries_.size() == 0) return;
    if (followed_ >= Phase::stopping) {
        end_waiting(signal);
    } else if (halting_.cause() == Halting::Cause::failure || output_.error() != 0) {
        end_waiting(0);
    }
}

/// Ctrl-Z, or SIGTSTP from a process: the jobs stop, then this process.
void Conductor::suspend() {
    running_.pass_on(SIGTSTP);
    if (setup_.pulse != nullptr) setup_.pulse->hide();
    const TimePoint stopped_at = steady_clock::now();
    stop_self(SIGTSTP, setup_.has_terminal ? StopScope::group : StopScope::process);
    const Duration paused = steady_clock::now() - stopped_at;
    running_.pass_on(SIGCONT);
    pause(paused);
}

void Conductor::tell_running() {
    if (!setup_.own_lines.has_room()) return;  // the reader has not taken the answers to earlier signals
    const BatchCounts& counts = halting_.counts();
    setup_.say(fmt::format("{} running, {} succeeded, {} failed", running_.count() + waiting_.size(), counts.succeeded,
                           counts.failed));
    const TimePoint now = steady_clock::now();
    std::map<std::uint64_t, const StartedJob*> in_order;
    for (const auto& [number, started] : members_) {
        if (!started->has_ended()) in_order.emplace(number, started.get());
    }
    for (const auto& [number, started] : in_order) setup_.say(started->state_in_words(now));
}

// ---- jobs that wait for the other end of a FIFO

void Conductor::go_on(WaitingStart opened) {
    const auto place = members_.find(opened.number);
    if (auto failed = starter_.go_on(*place->second, std::move(opened))) end(place, std::move(*failed));
}

void Conductor::look_after_waiting(TimePoint now) {
    while (const auto late = waiting_.take_due(now)) {
        const auto place = members_.find(late->number);
        place->second->withdraw();
        end(place, timed_out_setup(text_of_wait(*late), late->plan, late->begun));
    }
}

void Conductor::cancel_waiting(int signal) {
    while (const auto waiting = waiting_.take_any()) {
        const auto place = members_.find(waiting->number);
        place->second->withdraw();
        end(place, cancelled_setup(signal, text_of_wait(*waiting), waiting->plan, waiting->begun));
    }
}

// ---- ends

void Conductor::collect() {
    while (auto ended = running_.take_ended()) end(members_.find(ended->number), std::move(ended->outcome));
}

/// An attempt has ended, and with it the job unless another attempt follows. Until that is due, others have its slot.
void Conductor::end(Members::iterator place, Outcome outcome) {
    StartedJob& started = *place->second;
    if (std::exchange(started.has_slot, false)) slots_.end(started.job().slots);
    setup_.group.explain(outcome, started.counts_before);
    const TimePoint now = steady_clock::now();
    const auto again = started.end(std::move(outcome), now);
    if (!again) return finish(place);
    started.tell_wait(setup_.narrate, *again - now);
    retries_.add(place->first, *again);
    if (halting_.phase() >= Phase::stopping) follow_phase();
}

/// Ends the jobs that wait for another attempt, which do not get one.
void Conductor::end_waiting(int signal) {
    const auto numbers = retries_.all();
    retries_.clear();
    for (const std::uint64_t number : numbers) {
        const auto place = members_.find(number);
        place->second->end_waiting(signal);
        finish(place);
    }
}

void Conductor::finish(Members::iterator place) {
    StartedJob& started = *place->second;
    const bool succeeded = started.ending().status == 0;
    const bool lost = std::holds_alternative<Lost>(started.outcome().end);
    // A failure counts for --halt at once, although the job's output may wait for a long time.
    halting_.job_ended(lost ? JobResult::lost : succeeded ? JobResult::succeeded : JobResult::failed);
    started.end_output(!setup_.options.only_failed || !succeeded);
    settle(place);
}

/// Ends the membership of a job when its output is out.
void Conductor::settle(Members::iterator place) {
    if (place->second->is_delivered()) account(place);
}

/// Reports the job, which has ended.
void Conductor::account(Members::iterator place) {
    StartedJob& started = *place->second;
    started.report_figures();
    if (!keeper_.ended({started.job(), started.outcome(), started.ending(), started.last_lines(last_lines)}))
        halting_.own_failure();
    if (setup_.events != nullptr) setup_.events->ended(started.job(), started.outcome(), started.ending());
    members_.erase(place);
}

}  // namespace netrunner
