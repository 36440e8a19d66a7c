#include "src/session/runner.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "shepherd/tree/tree.hpp"
#include "src/cgroup/kills_above.hpp"
#include "src/link/standard_files.hpp"
#include "src/relay/pump.hpp"
#include "src/system/patient_open.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// Children that this process already had when it was started (a shell's background jobs, after `exec netrunner`). They
/// do not belong to the run.
std::vector<pid_t> find_strangers() {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return {};  // almost always ECHILD: there are none
    std::vector<TreeMember> room(1024);
    room.resize(find_tree({.root = ::getpid()}, room));
    std::vector<pid_t> strangers;
    for (const TreeMember& member : room) {
        if (member.parent == ::getpid()) strangers.push_back(member.pid);
    }
    return strangers;
}

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

void take_turn(Session& session, Pump& pump, SignalSource& signals) {
    const Wake wake = pump.wait(session.deadline());
    if (wake.owner == &session) session.handle(wake);
    if (wake.owner == &signals) {
        while (const auto signal = signals.read()) {
            if (signal->number != SIGCHLD) {
                session.handle(*signal);
                continue;
            }
            session.handle_children();
            if (session.shepherd() > 0) reap_strangers(session);
        }
    }
    if (wake.kind == Wake::Kind::deadline) session.handle_time();
}

void drive(Session& session, Pump& pump, SignalSource& signals) {
    constexpr int most_failures = 100;  // a failure that recurs after the stop must not loop for ever
    for (int failures = 0; !session.over();) {
        try {
            take_turn(session, pump, signals);
        } catch (const std::system_error& failure) {
            if (++failures > most_failures) throw;
            // The command may be running, so stop it first; the failure is printed when the run is over.
            session.fail(failure_text(failure));
        }
    }
}

/// The outcome of a run whose set-up failed before the command was started.
Outcome failed_setup(const std::system_error& failure, const std::string& stage, const LaunchPlan& plan,
                     TimePoint begun) {
    std::error_code unknown;
    Outcome outcome;
    outcome.end = NotStarted{.stage = stage, .error = failure.code().value(), .message = failure_text(failure)};
    outcome.command = plan.words.front();
    outcome.on_terminal = plan.terminal.has_value();
    outcome.directory = plan.directory.value_or(std::filesystem::current_path(unknown).string());
    outcome.standard_input.mode = describe(plan.standard_input);
    outcome.standard_output.mode = describe(plan.standard_output);
    outcome.standard_error.mode = describe(plan.standard_error);
    outcome.stamp(begun);
    return outcome;
}

/// The outcome of a run whose time limit passed before all files were open.
Outcome timed_out_setup(const OpenTimedOut& failure, const LaunchPlan& plan, TimePoint begun) {
    const std::string limit = format_duration(plan.timeout);
    Outcome outcome = failed_setup(failure, "open", plan, begun);
    auto& end = std::get<NotStarted>(outcome.end);
    end.fault = NotStarted::Fault::timed_out;
    end.message = fmt::format("timed out after {}: {}", limit, end.message);
    outcome.stop = StopRecord{.cause = StopCause::timeout, .steps = {}, .limit = limit};
    return outcome;
}

}  // namespace

Outcome run(const LaunchPlan& plan, const SignalState& found, std::optional<SignalSource>& signals,
            GivenDescriptors given, SessionContext context) {
    const TimePoint begun = context.begun;
    try {
        const auto until = plan.timeout == forever ? std::nullopt : std::optional(begun + plan.timeout);
        const StandardFiles files(plan, until);
        signals.emplace(found);
        // For the second layer: if the guard and the shepherd die, the kernel reparents the tree to this process.
        ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        Pump pump;
        pump.watch(signals->descriptor(), &*signals);
        context.strangers = find_strangers();
        const KillsAbove above;  // before the shepherd is started: a full container may kill the command at once
        Session session(plan, files, pump, std::move(context));
        given.close();
        drive(session, pump, *signals);
        Outcome outcome = session.take_outcome();
        const bool has_count = outcome.cgroup && outcome.cgroup->figures.oom_kills;
        outcome.killed_above =
            has_count ? above.killed(outcome.cgroup->path, *outcome.cgroup->figures.oom_kills) : above.killed("", 0);
        return outcome;
    } catch (const OpenTimedOut& failure) {
        return timed_out_setup(failure, plan, begun);
    } catch (const SetupFailure& failure) {
        return failed_setup(failure, failure.stage(), plan, begun);
    }
}

}  // namespace netrunner
