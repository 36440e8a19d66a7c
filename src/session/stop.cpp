#include "src/session/stop.hpp"

#include <algorithm>
#include <csignal>

namespace netrunner {
namespace {

/// Two signals closer together than this are one order: some agents send INT and TERM at once (docs/decisions/0006).
constexpr std::chrono::milliseconds same_order{10};

}  // namespace

void Stop::prepare(StopCause cause, std::optional<int> first) {
    cause_ = cause;
    first_ = first;
}

StopSignal Stop::begin(TimePoint now) {
    began_ = now;
    // The reader of a pseudo-terminal has gone. SIGHUP comes first, because a terminal sends no SIGPIPE
    // (docs/decisions/0010).
    if (cause_ == StopCause::no_reader) ladder_.precede(SIGHUP);
    const StopSignal signal = ladder_.start(now, first_);
    last_step_ = signal.number;
    return signal;
}

void Stop::pause(Duration paused) {
    ladder_.pause(paused);
    if (began_) *began_ += paused;
}

std::optional<StopSignal> Stop::advance(TimePoint now) {
    const auto signal = ladder_.advance(now);
    if (signal) last_step_ = signal->number;
    return signal;
}

/// One order may reach several processes of a run, each at its own time: systemd sends a stop to all processes of a
/// control group, so the runner, the shepherd and the guard receive it, and the outer run too, which passes it on. So
/// the orders of each are counted, and an order is a copy if another one has reported as many before.
bool Stop::is_copy(const Order& order, bool stopping) {
    const int reported = *std::ranges::max_element(orders_);
    if (order.outer_step > 0) {
        // Both the outer run and this one may have a reason to send the same signal, such as the same time limit or
        // the end of the process between them. The command gets it once.
        const bool sent = outer_steps_ == 0 && stopping && order.signal == last_step_;
        const bool known = order.outer_step <= std::max(outer_steps_, reported);
        outer_steps_ = std::max(outer_steps_, order.outer_step);
        return sent || known;
    }
    // However many steps the outer run has sent, a user needs two orders to insist.
    return ++orders_.at(static_cast<std::size_t>(order.receiver)) <= std::max(reported, std::min(outer_steps_, 1));
}

Stop::Answer Stop::ordered(const Order& order, TimePoint now, bool stopping) {
    if (is_copy(order, stopping)) return Answer::nothing;
    const bool first = !ordered_;
    if (first) ordered_ = now;
    if (order.outer_step > 0) {
        if (!stopping) return Answer::begin;
        ladder_.extend(now);
        last_step_ = order.signal;
        return Answer::step;
    }
    if (first) return stopping ? Answer::pass_on : Answer::begin;
    const bool again = now - *ordered_ >= same_order && (order.signal == SIGINT || order.signal == SIGTERM);
    if (again) return Answer::insist;
    if (began_) return Answer::pass_on;
    held_ = order.signal;
    return Answer::nothing;
}

std::optional<TimePoint> Stop::patience(TimePoint now) const {
    if (!began_ || ladder_.total_grace() == forever) return std::nullopt;
    return std::max(*began_ + ladder_.total_grace(), now + least_patience);
}

}  // namespace netrunner
