// The events of a batch (--events): those of each job with its id and number, for one reader. The conductor tells it of
// the ends of jobs, and each job's session of the rest. It decides nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "src/batch/batch_job.hpp"
#include "src/live/controlled_run.hpp"
#include "src/live/event_lines.hpp"
#include "src/live/line_writer.hpp"
#include "src/live/run_listener.hpp"
#include "src/outcome/outcome.hpp"
#include "src/relay/pump.hpp"

namespace netrunner {

class BatchEvents {
  public:
    /// `until`: how long a FIFO waits for its reader. Throws SetupFailure, OpenTimedOut, UsageError.
    BatchEvents(const Endpoint& place, TimePoint begun, std::optional<TimePoint> until);
    ~BatchEvents();
    BatchEvents(const BatchEvents&) = delete;
    BatchEvents& operator=(const BatchEvents&) = delete;

    void join(Pump& pump);
    void leave() { writer_.leave(); }
    /// Handles a wake. False if it is not for the events.
    bool handle(const Wake& wake);
    /// Writes what the reader takes now.
    void flush() { writer_.flush(); }

    /// What the sessions of the job tell; until `ended`.
    RunListener& listener(const BatchJob& job);
    /// The job has ended, and its outcome is final.
    void ended(const BatchJob& job, const Outcome& outcome, const Ending& ending);

    /// When to tell of the bytes of the running jobs again; nothing while none has told of its start.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return next_output_; }
    /// Tells them, if it is due. `figures`: of a running job; nothing if it does not run now.
    void tell_output(TimePoint now, const std::function<std::optional<OutputFigures>(std::uint64_t number)>& figures);

    /// Writes what is left, at most until `until`.
    [[nodiscard]] EventFigures finish(TimePoint until);

  private:
    class JobEvents;

    TimePoint begun_;
    EventLines lines_;
    LineWriter writer_;
    std::unordered_map<std::uint64_t, std::unique_ptr<JobEvents>> jobs_;
    std::optional<TimePoint> next_output_;
};

}  // namespace netrunner
