// What is kept of a batch's jobs: the report, the jobs that an earlier batch has done, the shard, and the figures of
// the summary. The conductor tells it of each job.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/batch/batch_junit.hpp"
#include "src/batch/halting.hpp"
#include "src/batch/job_keeper.hpp"
#include "src/batch/report_file.hpp"
#include "src/batch/report_scan.hpp"
#include "src/cli/batch_options.hpp"

namespace netrunner {

class BatchReport final : public JobKeeper {
  public:
    using Say = std::function<void(const std::string& line)>;  ///< for failures of netrunner, also with -q

    /// Opens the report, or the one to resume, and writes the header. `jobs`: how many the input has, if that is known.
    /// `input`: its descriptor; -1: it is on the command line. `junit`: is told of each job; may be null. Throws
    /// SetupFailure, UsageError.
    BatchReport(const BatchOptions& options, std::vector<std::string> argv, ShardChoice shard,
                std::optional<std::uint64_t> jobs, int input, BatchJUnit* junit, Say say);

    Choice choose(const BatchJob& job) override;
    bool reserve(const BatchJob& job) override;
    /// The report's lock then lasts until the last tree of this batch is gone, so a resume waits for that.
    [[nodiscard]] int lock() const override { return file_ ? file_->descriptor() : -1; }
    bool ended(const EndedJob& ended) override;
    bool sync(TimePoint now) override;
    [[nodiscard]] std::optional<TimePoint> sync_due() const override;

    /// For the trailer: what became of the events of --events.
    void note_events(const EventFigures& figures) { events_ = figures; }
    /// Writes the trailer. False if it could not be written.
    bool finish(const Halting& halting, int status);

    /// The lines to say at the end, without the prefix. `command`: how to resume; empty: it cannot be resumed.
    [[nodiscard]] std::vector<std::string> summary(const Halting& halting) const;

  private:
    struct Slow {
        double wall = 0;
        std::string name;
    };
    struct Failure {
        std::string name;
        std::string what;
        std::string last_output;
    };
    void await_lock() const;
    void note(const std::string& line) const;  ///< not with -q
    void note_wall(const EndedJob& ended);
    bool fail(const std::string& line, int error);
    [[nodiscard]] bool reads_stdin() const;
    [[nodiscard]] std::string resume_command() const;

    const BatchOptions& options_;
    std::vector<std::string> argv_;
    ShardChoice shard_;
    BatchJUnit* junit_;
    Say say_;
    std::optional<ReportFile> file_;
    DoneJobs done_;
    int error_ = 0;
    std::optional<EventFigures> events_;
    std::optional<Failure> first_failure_;
    std::vector<Slow> slowest_;
};

}  // namespace netrunner
