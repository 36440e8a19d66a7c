// What the conductor of a batch asks of the report and the summary, which keep what is known of each job.
#pragma once

#include <optional>
#include <string>

#include "src/batch/batch_job.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

struct EndedJob {
    const BatchJob& job;
    const Outcome& outcome;
    Ending ending;
    std::string last_output;  ///< the last lines; empty if the output was not relayed
};

/// Each call may fail, which halts the batch.
class JobKeeper {
  public:
    JobKeeper() = default;
    JobKeeper(const JobKeeper&) = delete;
    JobKeeper& operator=(const JobKeeper&) = delete;
    virtual ~JobKeeper() = default;

    enum class Choice { run, skip, not_ours };
    virtual Choice choose(const BatchJob& job) = 0;
    /// Keeps room for the report of a job that is about to start.
    virtual bool reserve(const BatchJob& job) = 0;
    /// An open file that every helper keeps open; -1: none.
    [[nodiscard]] virtual int lock() const = 0;
    virtual bool ended(const EndedJob& job) = 0;
    /// Called when netrunner waits, at `sync_due` at the latest.
    virtual bool sync(TimePoint now) = 0;
    [[nodiscard]] virtual std::optional<TimePoint> sync_due() const = 0;
};

}  // namespace netrunner
