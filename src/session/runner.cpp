#include "src/session/runner.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "shepherd/tree/tree.hpp"
#include "src/link/standard_files.hpp"
#include "src/relay/pump.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// Children we already had when we were started (a shell's background jobs, after `exec netrunner`): no concern of
/// ours.
std::vector<pid_t> find_strangers() {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return {};  // ECHILD, as nearly always
    std::vector<TreeMember> room(1024);
    room.resize(find_tree({.root = ::getpid()}, room));
    std::vector<pid_t> strangers;
    for (const TreeMember& member : room) {
        if (member.parent == ::getpid()) strangers.push_back(member.pid);
    }
    return strangers;
}

/// As subreaper, and even more as PID 1, we are handed the dead of others. The session reaps its own.
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
    constexpr int most_failures = 100;  // one that comes back whatever is given up would be for ever
    for (int failures = 0; !session.over();) {
        try {
            take_turn(session, pump, signals);
        } catch (const std::system_error& failure) {
            if (++failures > most_failures) throw;
            // Something runs: it is stopped before anybody is told.
            session.fail(failure_text(failure));
        }
    }
}

/// A run that came to nothing, because something it needs could not be had.
Outcome failed_setup(const SetupFailure& failure, const LaunchPlan& plan, TimePoint begun) {
    std::error_code unknown;
    Outcome outcome;
    outcome.end =
        NotStarted{.stage = failure.stage(), .error = failure.code().value(), .message = failure_text(failure)};
    outcome.on_terminal = plan.terminal.has_value();
    outcome.directory = plan.directory.value_or(std::filesystem::current_path(unknown).string());
    outcome.standard_input.mode = describe(plan.standard_input);
    outcome.standard_output.mode = describe(plan.standard_output);
    outcome.standard_error.mode = describe(plan.standard_error);
    outcome.stamp(begun);
    return outcome;
}

}  // namespace

Outcome run(const LaunchPlan& plan, const SignalState& found, std::optional<SignalSource>& signals,
            SessionContext context) {
    const TimePoint begun = context.begun;
    try {
        const StandardFiles files(plan);
        signals.emplace(found);
        // Second layer: if the shepherd dies, what it looked after comes to this process.
        ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        Pump pump;
        pump.watch(signals->descriptor(), &*signals);
        context.strangers = find_strangers();
        Session session(plan, files, pump, std::move(context));
        drive(session, pump, *signals);
        return session.take_outcome();
    } catch (const SetupFailure& failure) {
        return failed_setup(failure, plan, begun);
    }
}

}  // namespace netrunner
