// When a batch starts no more jobs, when it stops those that run, and what status it ends with: the halt policy, the
// time limit, signals, SIGUSR2 and failures of netrunner itself. The batch tells it what happens and asks. Pure: the
// time is passed in.
#pragma once

#include <cstdint>
#include <optional>

#include "src/cli/batch_values.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

enum class JobResult { succeeded, failed, lost };

struct BatchCounts {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;  ///< with those that were lost
    std::uint64_t lost = 0;
    std::uint64_t skipped = 0;                     ///< succeeded before, according to the report that is resumed
    std::optional<std::uint64_t> not_started = 0;  ///< nothing: not known

    [[nodiscard]] std::uint64_t finished() const { return succeeded + failed; }
};

class Halting {
  public:
    /// `known`: the number of all jobs of this shard, if it is known.
    Halting(HaltPolicy policy, Duration batch_timeout, TimePoint begun, std::optional<std::uint64_t> known);

    enum class Phase {
        running,
        draining,  ///< no more jobs start
        stopping,  ///< and the running ones are stopped with their ladder
        killing,   ///< and the ladder has climbed to SIGKILL
    };
    enum class Cause { none, policy, timeout, signal, order, failure };

    void job_ended(JobResult end);
    void job_skipped() { ++counts_.skipped; }
    /// SIGINT, SIGTERM or SIGHUP. The first stops the jobs, and the second kills them.
    void signal(int number);
    /// SIGUSR2
    void start_no_more();
    /// netrunner cannot go on as asked, such as a report that cannot be written.
    void own_failure();
    void tick(TimePoint now);
    /// The number of all jobs has become known.
    void total_known(std::optional<std::uint64_t> jobs) { known_ = jobs; }
    [[nodiscard]] std::optional<std::uint64_t> total() const { return known_; }
    /// For `paused` neither netrunner nor the jobs could run.
    void pause(Duration paused);

    [[nodiscard]] Phase phase() const { return phase_; }
    [[nodiscard]] bool may_start() const { return phase_ == Phase::running; }
    [[nodiscard]] Cause cause() const { return cause_; }
    /// The signal that begins the jobs' ladders in place of its first step; nothing: the first step's.
    [[nodiscard]] std::optional<int> first_signal() const;
    /// When to call `tick`.
    [[nodiscard]] std::optional<TimePoint> deadline() const;

    [[nodiscard]] const BatchCounts& counts() const { return counts_; }
    /// For the trailer; known at the end only, and not always.
    void set_not_started(std::optional<std::uint64_t> jobs) { counts_.not_started = jobs; }

    /// How netrunner ends. Jobs that were not started because of the policy or SIGUSR2 change nothing.
    [[nodiscard]] Ending ending() const;

  private:
    void enter(Phase phase, Cause cause);
    [[nodiscard]] bool has_reached_policy() const;

    HaltPolicy policy_;
    std::optional<TimePoint> timeout_;
    std::optional<std::uint64_t> known_;
    BatchCounts counts_;
    Phase phase_ = Phase::running;
    Cause cause_ = Cause::none;
    bool timed_out_ = false;
    bool failed_ = false;
    int cancelled_by_ = 0;
};

}  // namespace netrunner
