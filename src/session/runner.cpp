#include "src/session/runner.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include "src/cgroup/kills_above.hpp"
#include "src/link/standard_files.hpp"
#include "src/relay/pump.hpp"
#include "src/sampling/run_recorder.hpp"
#include "src/sampling/tree_reader.hpp"
#include "src/session/attempt_history.hpp"
#include "src/session/attempts.hpp"
#include "src/session/console.hpp"
#include "src/session/failed_setup.hpp"
#include "src/session/parent_watch.hpp"
#include "src/session/retry_wait.hpp"
#include "src/session/session_requests.hpp"
#include "src/session/strangers.hpp"
#include "src/system/patient_open.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// Reaps ended children that do not belong to the session: a subreaper, and PID 1 even more, is handed the orphans of
/// other processes. Stops at a child that the session reaps itself.
void reap_strangers(const Session& session) {
    while (true) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
        if (session.is_own_child(info.si_pid)) return;
        ::waitpid(info.si_pid, nullptr, WNOHANG);
    }
}

void take_turn(Session& session, Pump& pump, SignalSource& signals, Live* live) {
    session.begin_turn();
    const Wake wake = pump.wait(live == nullptr ? session.deadline() : earlier(session.deadline(), live->deadline()));
    if (wake.owner == &session) session.handle(wake);
    if (wake.owner == &signals) {
        const TimePoint now = std::chrono::steady_clock::now();
        while (const auto signal = signals.read()) {
            if (signal->number != SIGCHLD) {
                session.handle(*signal, now);
                continue;
            }
            session.handle_children();
            if (session.shepherd() > 0) reap_strangers(session);
        }
    }
    if (wake.kind == Wake::Kind::deadline) session.handle_time();
    if (live == nullptr) return;
    if (wake.owner == live) live->handle(wake);
    live->attend();
}

void drive(Session& session, Pump& pump, SignalSource& signals, Live* live) {
    constexpr int most_failures = 100;  // a failure that recurs after the stop must not loop for ever
    for (int failures = 0; !session.over();) {
        try {
            take_turn(session, pump, signals, live);
        } catch (const std::system_error& failure) {
            if (++failures > most_failures) throw;
            // The command may be running, so stop it first; the failure is printed when the run is over.
            session.fail(failure_text(failure));
        }
    }
}

/// Lets `live` take part in the pump.
class LiveTurns {
  public:
    LiveTurns(Live* live, Pump& pump) : live_(live) {
        if (live_ != nullptr) live_->join(pump);
    }
    ~LiveTurns() {
        if (live_ != nullptr) live_->leave();
    }
    LiveTurns(const LiveTurns&) = delete;
    LiveTurns& operator=(const LiveTurns&) = delete;

  private:
    Live* live_;
};

/// Lets the sessions tell `live` what happens, and write to it what requests read.
void follow(Live& live, const LaunchPlan& plan, SessionContext& context) {
    context.listener = &live;
    const auto lead = [&](const StreamChoice& stream, AskedOutput& asked, Outlet& outlet) {
        if (stream.mode != StreamChoice::Mode::control) return;
        outlet = {.receiver = &asked, .stamp = plan.stamp};
        if (plan.stamps_file) outlet.copy_stamp = plan.stamp;
    };
    lead(plan.standard_output, live.output(), context.outlets.output);
    lead(plan.standard_error, live.error(), context.outlets.error);
}

/// After the run: a process that reads an output may ask for its end. An order ends the wait.
void linger(Live& live, Pump& pump, SignalSource& signals) {
    while (live.lingers()) {
        const Wake wake = pump.wait(live.deadline());
        if (wake.owner == &live) live.handle(wake);
        if (wake.owner != &signals) continue;
        while (const auto signal = signals.read()) {
            if (signal->number != SIGCHLD) return;
        }
    }
}

/// Runs the session of one attempt to its end. A set-up that fails is an outcome too. Closes `given`, if not null, once
/// the shepherd has inherited it.
Outcome attempt(const LaunchPlan& plan, StandardFiles& files, bool is_first, Pump& pump, SignalSource& signals,
                SessionContext context, GivenDescriptors* given, Live* live) {
    const TimePoint begun = context.begun;
    try {
        if (!is_first) files.renew_input(plan);
        context.strangers = find_strangers();
        const KillsAbove above;  // before the shepherd is started: a full container may kill the command at once
        Session session(plan, files, pump, std::move(context));
        if (given != nullptr) given->close();
        std::optional<SessionRequests> requests;
        if (live != nullptr) live->control(&requests.emplace(session), true);
        drive(session, pump, signals, live);
        if (live != nullptr) live->control(nullptr);
        Outcome outcome = session.take_outcome();
        const bool has_count = outcome.cgroup && outcome.cgroup->figures.oom_kills;
        outcome.killed_above =
            has_count ? above.killed(outcome.cgroup->path, *outcome.cgroup->figures.oom_kills) : above.killed("", 0);
        return outcome;
    } catch (const SetupFailure& failure) {
        return failed_setup(failure, plan, begun);
    }
}

/// Says how the last attempt ended. Another one follows.
void tell(const AttemptHistory& attempts, const RetryPlan& plan, LinePosition& position) {
    if (plan.quiet) return;
    const Outcome& outcome = attempts.last();
    const std::string end = describe_end(outcome);
    const auto say = [&](const std::string& text) {
        const std::string line = fmt::format("attempt {} of {}: {}", attempts.number() - 1, attempts.most(), text);
        say_for("--retries", about_command(outcome, line), least_patience, position);
    };
    for (const std::string& line : lines_to_say(outcome, verdict_of(outcome), false)) {
        if (line != end && line != about_command(outcome, end)) say(line);
    }
    say(fmt::format("{}; trying again{}", end,
                    plan.delay == Duration::zero() ? "" : " in " + format_duration(plan.delay)));
}

/// `outcome` of a set-up that failed before the first attempt began.
Outcome as_only_attempt(Outcome outcome, const LaunchPlan& plan) {
    if (plan.retry) outcome.attempts.push_back(record_of(outcome, plan.retry->preserve_status));
    return outcome;
}

/// Attempts until one of them ends well, an order to end comes, or no further attempt is allowed.
Outcome attempt_again_and_again(LaunchPlan plan, StandardFiles& files, Pump& pump, SignalSource& signals,
                                GivenDescriptors& given, SessionContext context,
                                const std::function<LaunchPlan()>& plan_again, Live* live) {
    const RetryPlan retry = *plan.retry;
    AttemptHistory attempts(retry, context.begun);
    context.lines_from = context.begun;
    std::optional<ParentWatch> parent;
    if (plan.die_with_parent) parent.emplace();
    context.parent = parent ? &*parent : nullptr;
    while (true) {
        Outcome outcome = attempt(attempts.limit(plan, context.begun), files, attempts.number() == 1, pump, signals,
                                  context, attempts.is_last() ? &given : nullptr, live);
        const TimePoint ended = context.begun + outcome.wall;
        const auto again = attempts.ended(std::move(outcome), ended);
        if (!again) return attempts.take_last();
        tell(attempts, retry, *context.position);
        RetryWait wait({.ignored = plan.shepherd.ignored,
                        .has_terminal = plan.has_terminal,
                        .parent = context.parent,
                        .heartbeat = plan.heartbeat,
                        .next = attempts.number(),
                        .most = attempts.most(),
                        .narrate = context.narrate,
                        .live = live},
                       pump, signals);
        const RetryWait::End end = wait.wait(*again - ended, ended);
        if (!end.is_over()) {
            const StopCause cause = end.control_closed ? StopCause::control_closed
                                    : end.parent_died  ? StopCause::parent_died
                                                       : StopCause::cancelled;
            attempts.cancel(end.order.value_or(0), cause, end.outer);
            return attempts.take_last();
        }
        attempts.pause(end.suspended);
        if (context.tail != nullptr) *context.tail = {};
        context.begun = end.at;
        context.narrate(1, fmt::format("attempt {} of {}", attempts.number(), attempts.most()));
        plan = plan_again();
    }
}

}  // namespace

Outcome run(const LaunchPlan& plan, const SignalState& found, std::optional<SignalSource>& signals,
            GivenDescriptors given, SessionContext context, const std::function<LaunchPlan()>& plan_again,
            const std::function<Live*()>& open_live) {
    const TimePoint begun = context.begun;
    try {
        refuse_input_for_one_attempt(plan);
        const Duration limit = plan.retry ? std::min(plan.timeout, plan.retry->timeout) : plan.timeout;
        StandardFiles files(plan, limit == forever ? std::nullopt : std::optional(begun + limit));
        Live* const live = open_live ? open_live() : nullptr;
        signals.emplace(found);
        // For the second layer: if the guard and the shepherd die, the kernel reparents the tree to this process.
        ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        Pump pump;
        pump.watch(signals->descriptor(), &*signals);
        const LiveTurns turns(live, pump);
        if (live != nullptr) follow(*live, plan, context);
        std::optional<RunRecorder> recorder;
        if (plan.sample) {
            context.recording.recorder = &recorder.emplace(RunRecorder::Setup{.interval = *plan.sample,
                                                                              .begun = begun,
                                                                              .grid = begun,
                                                                              .processors = processors_online(),
                                                                              .has_group = plan.cgroup.has_value()});
        }
        Outcome outcome = plan.retry ? attempt_again_and_again(plan, files, pump, *signals, given, std::move(context),
                                                               plan_again, live)
                                     : attempt(plan, files, true, pump, *signals, std::move(context), &given, live);
        if (recorder) outcome.record = recorder->record();
        if (live != nullptr) linger(*live, pump, *signals);
        return outcome;
    } catch (const OpenTimedOut& failure) {
        const bool together = plan.retry && plan.retry->timeout != forever;
        const auto end = together ? std::optional(begun + plan.retry->timeout) : std::nullopt;
        return as_only_attempt(timed_out_setup(failure.what(), limited(plan, begun, end), begun), plan);
    } catch (const SetupFailure& failure) {
        return as_only_attempt(failed_setup(failure, plan, begun), plan);
    }
}

}  // namespace netrunner
