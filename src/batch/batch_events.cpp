#include "src/batch/batch_events.hpp"

#include <unistd.h>

#include <chrono>
#include <utility>
#include <vector>

#include "src/live/event_place.hpp"
#include "src/live/event_teller.hpp"
#include "src/report/report.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds output_interval{1};

}  // namespace

/// What one job tells.
class BatchEvents::JobEvents final : public EventTeller {
  public:
    JobEvents(BatchEvents& batch, const BatchJob& job)
        : EventTeller(EventLines(::getpid(), batch.begun_, JobMark{.id = job.id, .number = job.number}),
                      job.options.command),
          batch_(batch),
          number_(job.number) {}
    ~JobEvents() = default;

    void started(pid_t command, Duration timeout) override {
        EventTeller::started(command, timeout);
        if (!batch_.next_output_) batch_.next_output_ = steady_clock::now() + output_interval;
    }

  private:
    void tell(EventQueue::Kind kind, std::string line) override {
        batch_.writer_.queue().add(kind, std::move(line), steady_clock::now(), number_);
    }

    BatchEvents& batch_;
    std::uint64_t number_;
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
    events.tell_output({.output = outcome.standard_output.bytes, .error = outcome.standard_error.bytes});
    events.tell_end(
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
        if (const auto found = figures(number)) events->tell_output(*found);
    }
}

EventFigures BatchEvents::finish(TimePoint until) {
    writer_.flush_until(until);
    const EventQueue::Figures figures = writer_.queue().figures();
    return {.written = figures.written, .dropped = figures.dropped};
}

}  // namespace netrunner
