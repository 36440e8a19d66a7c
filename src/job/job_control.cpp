#include "src/job/job_control.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "src/job/lent_foreground.hpp"
#include "src/job/typed_terminal.hpp"
#include "src/system/terminal.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

std::unique_ptr<TerminalSharing> make_sharing(const LaunchPlan& plan, ShepherdLink& link, Streams& streams) {
    if (plan.terminal) return std::make_unique<TypedTerminal>(plan, link, streams);
    return std::make_unique<LentForeground>(streams);
}

bool wants_terminal(int signal) { return signal == SIGTTIN || signal == SIGTTOU; }

}  // namespace

JobControl::JobControl(const LaunchPlan& plan, ShepherdLink& link, Streams& streams, Narrator narrate)
    : link_(link),
      narrate_(std::move(narrate)),
      sharing_(make_sharing(plan, link, streams)),
      shared_(plan.has_terminal),
      pty_(plan.terminal.has_value()) {}

std::optional<Duration> JobControl::command_stopped(int signal, bool may_stop) {
    if (wants_terminal(signal) && sharing_->grant()) {
        narrate_(1, "the command has the terminal");
        continue_command();
        return std::nullopt;
    }
    if (!shared_ && !asked_) {
        // No shell can continue the command. With --pty, netrunner continues it at once after SIGTSTP, SIGTTIN or
        // SIGTTOU: the kernel does not let these signals stop a process group without a shell either. A process that
        // sends SIGSTOP intends the stop, so the command stays stopped and the time limits go on (docs/decisions/0011).
        if (pty_ && signal != SIGSTOP) continue_command();
        return std::nullopt;
    }
    if (!may_stop || continuing_) return std::nullopt;
    return stop_with_command(signal);
}

/// Stops netrunner. Returns how long it was stopped; nothing if the kernel did not stop it.
std::optional<Duration> JobControl::stop_for_a_while(int signal) const {
    const auto stopped_at = std::chrono::steady_clock::now();
    if (!stop_self(signal, shared_ ? StopScope::group : StopScope::process)) return std::nullopt;
    return std::chrono::steady_clock::now() - stopped_at;
}

std::optional<Duration> JobControl::stop_with_command(int signal) {
    asked_ = false;
    sharing_->withdraw();
    if (const auto paused = stop_for_a_while(signal)) return paused;  // the session reads the pending SIGCONT next
    // The kernel did not stop this process group: its shell has ended, or there was none. After SIGTTIN or SIGTTOU, a
    // continued command would ask for the terminal again at once, in a loop; a process that sends SIGSTOP intends the
    // stop. So the command stays stopped in these cases (docs/decisions/0011).
    if (wants_terminal(signal) || signal == SIGSTOP) {
        narrate_(1, fmt::format("the command stays stopped by {}: no shell can continue it (send SIGCONT to netrunner)",
                                signal_name(signal)));
    } else {
        continued();
    }
    return std::nullopt;
}

std::optional<Duration> JobControl::stop_alone() const { return stop_for_a_while(SIGTSTP); }

void JobControl::continued() {
    asked_ = false;
    if (!ended_) sharing_->resume();
    continue_command();
}

void JobControl::command_ended() {
    had_terminal_ = sharing_->is_exclusive();
    ended_ = true;
    sharing_->withdraw();
}

void JobControl::continue_command() { link_.send(protocol::Kill{.scope = protocol::Scope::group, .signal = SIGCONT}); }

}  // namespace netrunner
