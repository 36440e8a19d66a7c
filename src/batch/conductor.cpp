#include "src/batch/conductor.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include "src/batch/group_outputs.hpp"
#include "src/batch/line_outputs.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/session/strangers.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/terminal.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;
using Mode = OutputModeChoice::Kind;
using Phase = Halting::Phase;

constexpr std::size_t last_lines = 10;

Outcome not_started(const BatchJob& job, NotStarted why) {
    Outcome outcome;
    outcome.command = job.options.command.empty() ? "" : job.options.command.front();
    outcome.end = std::move(why);
    outcome.stamp(steady_clock::now());
    return outcome;
}

std::unique_ptr<Outputs> make_outputs(const BatchOptions& options, OwnOutputs own) {
    switch (options.output_mode.kind) {
        case Mode::null:
        case Mode::inherit:
        case Mode::files: return nullptr;
        case Mode::line: return std::make_unique<LineOutputs>(own);
        case Mode::group:
        case Mode::ordered: break;
    }
    GroupOutputs::Terms terms{.failed_only = options.only_failed, .spill_max = options.spill_max};
    if (options.output_mode.kind == Mode::ordered) terms.order = Floor::Order::input;
    terms.ends_lines = options.tag || options.timestamps != LineStamp::Clock::none;
    return std::make_unique<GroupOutputs>(own, terms);
}

/// The first signal of a stop that netrunner itself decides on.
int first_signal(const Options& job) {
    if (job.stop) return job.stop->front().signal;
    return job.signal.value_or(SIGTERM);
}

}  // namespace

Conductor::Conductor(const ConductorSetup& setup, JobMaker& source, JobKeeper& keeper)
    : setup_(setup),
      source_(source),
      keeper_(keeper),
      signals_(setup.found),
      running_(pump_, find_strangers()),
      output_(STDOUT_FILENO, pump_),
      halting_(setup.options.halt, setup.options.batch_timeout, setup.begun, source.count()),
      slots_(setup.server ? 1 : setup.jobs_at_once) {
    if (!setup_.facts.outputs_are_one) own_error_.emplace(STDERR_FILENO, pump_);
    outputs_ = make_outputs(setup_.options, {output_, own_error_ ? *own_error_ : output_});
    if (setup_.server) server_.emplace(*setup_.server);
    if (setup_.options.tag) tag_.emplace(*setup_.options.tag, WordTemplate::Use::label);
    if (setup_.options.output_mode.kind == Mode::files) files_.emplace(setup_.options.output_mode.name);
    // For the sessions' second layers: if the guard and the shepherd of a job die, the kernel reparents its tree to
    // this process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pump_.watch(signals_.descriptor(), &signals_);
}

Conductor::~Conductor() = default;

const Halting& Conductor::run() {
    start_jobs();
    while (!members_.empty() || (halting_.may_start() && !source_ended_)) {
        take_turn();
        start_jobs();
    }
    running_.finish();
    if (next_) halting_.set_not_started(1);
    return halting_;
}

// ---- starting

void Conductor::start_jobs() {
    while (halting_.may_start() && output_.error() == 0) {
        if (!next_ && !fetch()) break;
        if (outputs_ && !outputs_->has_room()) break;
        if (next_->problem.empty() && !has_room_for(*next_)) break;
        if (!keeper_.reserve(*next_)) {
            halting_.own_failure();
            break;
        }
        BatchJob job = std::move(*next_);
        next_.reset();
        start(std::move(job));
    }
    if (output_.error() != 0) halting_.start_no_more();
    give_back_tokens();
    follow_phase();
}

/// Reads one job ahead. False if there is none now.
bool Conductor::fetch() {
    while (!source_ended_ && !input_watched_) {
        BatchJob job;
        switch (source_.next(job)) {
            case JobMaker::State::record: break;
            case JobMaker::State::waits:
                // Watched only until it is readable: what is there waits until a job can start.
                pump_.watch(setup_.input, &source_);
                input_watched_ = true;
                return false;
            case JobMaker::State::failed:
                setup_.say(fmt::format("cannot read the input: {}",
                                       std::error_code(source_.error(), std::generic_category()).message()));
                halting_.own_failure();
                source_ended_ = true;
                return false;
            case JobMaker::State::ended:
                source_ended_ = true;
                if (const auto count = source_.count()) halting_.total_known(*count);
                return false;
        }
        switch (keeper_.choose(job)) {
            case JobKeeper::Choice::run: next_ = std::move(job); return true;
            case JobKeeper::Choice::skip: halting_.job_skipped(); break;
            case JobKeeper::Choice::not_ours: break;
        }
    }
    return false;
}

bool Conductor::has_room_for(const BatchJob& job) {
    if (!server_) return slots_.has_room_for(job.slots);
    while (slots_.missing_for(job.slots) > 0 && server_->take()) slots_.set_capacity(1 + server_->held());
    if (slots_.has_room_for(job.slots)) return true;
    if (!std::exchange(server_watched_, true)) pump_.watch(server_->descriptor(), &*server_);
    return false;
}

void Conductor::give_back_tokens() {
    if (!server_) return;
    const bool wants_more = next_ && halting_.may_start();
    if (!wants_more && std::exchange(server_watched_, false)) pump_.unwatch(server_->descriptor());
    while (!wants_more && slots_.unused() > 0 && server_->held() > 0) {
        server_->give_back();
        slots_.set_capacity(1 + server_->held());
    }
}

Options Conductor::options_of(const BatchJob& job) const {
    using Stream = StreamChoice::Mode;
    Options options = job.options;
    const std::string name = job.name();
    Filling filling{.values = job.values, .number = job.number, .id = name};
    if (tag_) options.stamp.prefix = tag_->label(filling);
    if (setup_.options.timestamps != LineStamp::Clock::none) options.stamp.clock = setup_.options.timestamps;
    options.pipe_size = std::min(options.pipe_size, setup_.pipe_size);
    for (const bool of_error : {false, true}) {
        StreamChoice& stream = of_error ? options.standard_error : options.standard_output;
        if (stream.mode != Stream::automatic) continue;
        if (setup_.options.output_mode.kind == Mode::null) stream = {Stream::null, {}};
        if (setup_.options.output_mode.kind == Mode::inherit) stream = {Stream::inherit, {}};
        if (!files_) continue;
        filling.stream = of_error ? "stderr" : "stdout";
        if (of_error && !files_->parts_streams()) {
            stream = {Stream::merge, {}};
        } else {
            stream = {Stream::file, files_->path(filling)};
            open_output(stream.path);
        }
    }
    return options;
}

LaunchPlan Conductor::plan(const Options& options) const {
    if (!setup_.options.jsonl) return make_launch_plan(options, setup_.facts);
    Facts facts = setup_.facts;
    facts.identity = resolve_identity(options.user, options.group, options.groups);
    return make_launch_plan(options, facts);
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
        const Options options = options_of(member.job);
        LaunchPlan launch = plan(options);
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
    } else if (wake.owner == &source_) {
        pump_.unwatch(setup_.input);
        input_watched_ = false;
    } else if (server_ && wake.owner == &*server_) {
        pump_.unwatch(server_->descriptor());
        server_watched_ = false;
    } else if (wake.kind != Wake::Kind::deadline) {
        const bool is_of_output = output_.handle(wake) || (own_error_ && own_error_->handle(wake));
        if (!is_of_output) running_.handle(wake);
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
    stop_self(SIGTSTP, setup_.facts.has_terminal ? StopScope::group : StopScope::process);
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
