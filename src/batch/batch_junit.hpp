// The JUnit file of `batch --junit`: a case for each job, written once when the batch has ended. Keeps the text of the
// cases until then, about 100 bytes for a job and up to 2 KiB of output for a failed one. The report tells it of each
// job.
#pragma once

#include <chrono>
#include <string>

#include "src/batch/job_keeper.hpp"
#include "src/report/junit_suite.hpp"
#include "src/report/written_place.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class BatchJUnit {
  public:
    /// Checks that `file` can be written. `begun`: the start of the batch. Throws std::system_error.
    BatchJUnit(const std::string& file, TimePoint begun, bool stdout_was_closed);

    void ended(const EndedJob& ended);
    /// The job succeeded in an earlier batch (--resume).
    void skipped(const BatchJob& job);

    /// Whether `write` may have to wait for a reader.
    [[nodiscard]] bool may_wait() const { return place_.may_wait(); }
    /// To be called once. Waits at most `patience` for a reader. Throws std::runtime_error.
    void write(Duration patience);

  private:
    WrittenPlace place_;
    TimePoint begun_;
    std::chrono::system_clock::time_point started_at_;
    JUnitSuite suite_;
};

}  // namespace netrunner
