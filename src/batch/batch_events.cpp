#include "src/batch/batch_events.hpp"

#include <unistd.h>

#include <chrono>
#include <utility>
#include <vector>

#include "src/live/event_place.hpp"
#include "src/report/report.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;
using Kind = EventQueue::Kind;

constexpr std::chrono::seconds output_interval{1};

}  // namespace

/// What one job tells.
class BatchEvents::JobEvents final : public RunListener {
  public:
    JobEvents(BatchEvents& batch, const BatchJob& job)
        : batch_(batch),
          number_(job.number),
          command_(job.options.command),
          lines_(::getpid(), batch.begun_, JobMark{.id = job.id, .number = job.number}) {}
    ~JobEvents() = default;

    void started(pid_t command, Duration timeout) override {
        const TimePoint now = steady_clock::now();
        told_ = {};  // each attempt's bytes are counted anew
        tell(Kind::other,
             lines_.start(now, command, command_, timeout == forever ? std::nullopt : std::optional(timeout)));
        if (!batch_.next_output_) batch_.next_output_ = now + output_interval;
    }
    void stepped(StopCause cause, int signal) override {
        tell(Kind::other, lines_.step(steady_clock::now(), cause, signal));
    }
    void stopped(int signal) override { tell(Kind::other, lines_.stopped(steady_clock::now(), signal)); }
    void continued() override { tell(Kind::other, lines_.continued(steady_clock::now())); }
    void found(const Orphan& orphan) override { tell(Kind::other, lines_.orphan(steady_clock::now(), orphan)); }
    void ended(const End& end) override { tell(Kind::other, lines_.exit(steady_clock::now(), end)); }
    void changed(const LimitChange& /*change*/) override {}  // no request reaches a job of a batch

    void tell_output(TimePoint now, const OutputFigures& figures) {
        if (figures == told_ || !figures.has_bytes()) return;
        told_ = figures;
        tell(Kind::output, lines_.output(now, figures.output, figures.error));
    }
    void end(int status, std::string_view report) { tell(Kind::end, lines_.end(steady_clock::now(), status, report)); }

  private:
    void tell(Kind kind, std::string line) {
        batch_.writer_.queue().add(kind, std::move(line), steady_clock::now(), number_);
    }

    BatchEvents& batch_;
    std::uint64_t number_;
    std::vector<std::string> command_;
    EventLines lines_;
    OutputFigures told_{};
};

BatchEvents::BatchEvents(const Endpoint& place, TimePoint begun, std::optional<TimePoint> until)
    : begun_(begun), lines_(::getpid(), begun), writer_(open_event_place(place, until), lines_) {}

BatchEvents::~BatchEvents() = default;

void BatchEvents::join(Pump& pump) { writer_.join(pump, this); }

bool BatchEvents::handle(const Wake& wake) {
    if (wake.owner != this) return false;
    flush();
    return true;
}

RunListener& BatchEvents::listener(const BatchJob& job) {
    auto& events = jobs_[job.number];
    if (!events) events = std::make_unique<JobEvents>(*this, job);
    return *events;
}

void BatchEvents::ended(const BatchJob& job, const Outcome& outcome, const Ending& ending) {
    listener(job);
    JobEvents& events = *jobs_.at(job.number);
    events.tell_output(steady_clock::now(),
                       {.output = outcome.standard_output.bytes, .error = outcome.standard_error.bytes});
    events.end(
        ending.status,
        render_report({.options = job.options, .outcome = outcome, .ending = ending, .verdict = verdict_of(outcome)}));
    jobs_.erase(job.number);
}

void BatchEvents::tell_output(TimePoint now,
                              const std::function<std::optional<OutputFigures>(std::uint64_t number)>& figures) {
    if (!is_due(next_output_, now)) return;
    next_output_.reset();
    if (jobs_.empty()) return;
    next_output_ = now + output_interval;
    for (const auto& [number, events] : jobs_) {
        if (const auto found = figures(number)) events->tell_output(now, *found);
    }
}

EventFigures BatchEvents::finish(TimePoint until) {
    writer_.flush_until(until);
    const EventQueue::Figures figures = writer_.queue().figures();
    return {.written = figures.written, .dropped = figures.dropped};
}

}  // namespace netrunner
