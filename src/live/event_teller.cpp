#include "src/live/event_teller.hpp"

#include <chrono>

namespace netrunner {

using std::chrono::steady_clock;
using Kind = EventQueue::Kind;

void EventTeller::started(pid_t command, Duration timeout) {
    told_ = {};  // each attempt's bytes are counted anew
    const auto limit = timeout == forever ? std::nullopt : std::optional(timeout);
    tell(Kind::other, lines_.start(steady_clock::now(), command, command_, limit));
}

void EventTeller::stepped(StopCause cause, int signal) {
    tell(Kind::other, lines_.step(steady_clock::now(), cause, signal));
}

void EventTeller::stopped(int signal) { tell(Kind::other, lines_.stopped(steady_clock::now(), signal)); }

void EventTeller::continued() { tell(Kind::other, lines_.continued(steady_clock::now())); }

void EventTeller::found(const Orphan& orphan) { tell(Kind::other, lines_.orphan(steady_clock::now(), orphan)); }

void EventTeller::ended(const End& end) { tell(Kind::other, lines_.exit(steady_clock::now(), end)); }

void EventTeller::changed(const LimitChange& change) {
    tell(Kind::other, lines_.changed(steady_clock::now(), change.timeout, change.by));
}

void EventTeller::sampled(const Sample& sample) { tell(Kind::sample, lines_.sample(steady_clock::now(), sample)); }

void EventTeller::tell_output(const OutputFigures& figures) {
    if (figures == told_ || !figures.has_bytes()) return;
    told_ = figures;
    tell(Kind::output, lines_.output(steady_clock::now(), figures.output, figures.error));
}

void EventTeller::tell_end(int status, std::string_view report) {
    tell(Kind::end, lines_.end(steady_clock::now(), status, report));
}

}  // namespace netrunner
