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

int Stop::begin(TimePoint now) {
    began_ = now;
    // The reader of a pseudo-terminal has gone. SIGHUP comes first, because a terminal sends no SIGPIPE
    // (docs/decisions/0010).
    if (cause_ == StopCause::no_reader) ladder_.precede(SIGHUP);
    return ladder_.start(now, first_);
}

void Stop::pause(Duration paused) {
    ladder_.pause(paused);
    if (began_) *began_ += paused;
}

bool Stop::is_copy(protocol::Receiver receiver) {
    const int known = *std::ranges::max_element(orders_);
    return ++orders_.at(static_cast<std::size_t>(receiver)) <= known;
}

Stop::Answer Stop::ordered(int signal, TimePoint now, bool stopping) {
    if (!ordered_) {
        ordered_ = now;
        return stopping ? Answer::pass_on : Answer::begin;
    }
    const bool again = now - *ordered_ >= same_order && (signal == SIGINT || signal == SIGTERM);
    return again ? Answer::insist : Answer::pass_on;
}

std::optional<TimePoint> Stop::patience(TimePoint now) const {
    if (!began_ || ladder_.total_grace() == forever) return std::nullopt;
    return std::max(*began_ + ladder_.total_grace(), now + least_patience);
}

}  // namespace netrunner
