// What the requests of --control ask of a session (src/session/session_requests). The part of Session that a run
// without that option never needs.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "shepherd/tree/tree.hpp"
#include "src/session/session.hpp"

namespace netrunner {

using std::chrono::steady_clock;

RunStatus Session::status() {
    RunStatus told{.state = state_name(state_), .pid = outcome_.pid};
    const TimePoint now = steady_clock::now();
    told.elapsed = now - context_.begun - outcome_.suspended;
    const Duration limit = new_timeout_.value_or(plan_.timeout);
    if (limit != forever) told.timeout = limit;
    const TreeFigures& figures = tree_watch_.figures(place());
    told.processes = figures.processes;
    told.memory = figures.memory;
    if (outcome_.stop) told.stop = outcome_.stop->cause;
    return told;
}

bool Session::is_below_command(pid_t pid) const {
    constexpr int most_ancestors = 10'000;  // a loop of reused pids must end
    TreeMember member;
    for (int i = 0; i < most_ancestors && pid > 1; ++i) {
        if (pid == link_.root() || pid == link_.pid()) return true;
        if (!read_member(pid, member)) return true;  // it has ended: its ancestors cannot be known
        pid = member.parent;
    }
    return false;
}

void Session::stop_by_request() {
    if (over()) return;
    if (std::exchange(stop_requested_, true)) return apply(RunEvent::insist);
    cancel({.signal = SIGTERM}, steady_clock::now());
}

void Session::control_closed() {
    context_.narrate(1, "the other end of --control was closed");
    if (runs()) request_stop(StopCause::control_closed);
    // What was left for requests to read has no reader any more.
    streams_.discard_asked();
}

std::optional<Duration> Session::extend(bool adds, Duration by, std::optional<LimitChange::Peer> peer) {
    const Duration limit = new_timeout_.value_or(plan_.timeout);
    if (!runs() || (adds && limit == forever)) return std::nullopt;
    const TimePoint now = steady_clock::now();
    const Duration changed = by == forever || (adds && by > longest_duration - limit) ? forever
                             : adds                                                   ? limit + by
                                                                                      : by;
    new_timeout_ = changed;
    limits_.set_total(changed, outcome_.suspended);
    suspension_ = SuspensionWatch(std::min(changed, plan_.idle_timeout), now);
    has_timers_ = false;  // the next turn lets the watch begin
    pulse_.set_timeout(changed);
    const LimitChange change{.after = now - context_.begun, .timeout = changed, .by = peer};
    outcome_.changes.push_back(change);
    context_.narrate(1, fmt::format("the time limit is {} now", format_duration(changed)));
    if (context_.listener != nullptr) context_.listener->changed(change);
    return changed;
}

void Session::resize(WindowSize size) { link_.send(protocol::SetWinsize{size.columns, size.rows}); }

/// Until CloseStdin, the guard keeps a write end of the pipe open, so that the command sees no end of input if
/// netrunner is killed (docs/decisions/0002).
void Session::pass_on_end_of_input() {
    if (streams_.take_input_over() && link_watched_) link_.send(protocol::CloseStdin{});
}

}  // namespace netrunner
