// The next job of a batch, read one ahead of those that run: without the jobs of other shards and those that are done.
// The conductor takes jobs from it. It watches the input while that has nothing yet. It does not start jobs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "src/batch/batch_job.hpp"
#include "src/batch/conductor_setup.hpp"
#include "src/batch/halting.hpp"
#include "src/batch/job_keeper.hpp"
#include "src/batch/job_maker.hpp"
#include "src/relay/pump.hpp"

namespace netrunner {

class JobSupply {
  public:
    using Skip = std::function<void(const BatchJob& job)>;
    /// `skip` is told of each job that does not start, because it has succeeded before.
    JobSupply(const ConductorSetup& setup, JobMaker& source, JobKeeper& keeper, Halting& halting, Pump& pump, Skip skip)
        : setup_(setup), source_(source), keeper_(keeper), halting_(halting), pump_(pump), skip_(std::move(skip)) {}

    /// Call this before the first `next` of each turn of the conductor.
    void begin_turn() {
        read_ = 0;
        again_at_.reset();
    }
    /// The next job; null if there is none now. Reads one job ahead. A turn reads a limited number of records, so that
    /// everything else has its turn too: after them, `again_at` says when the next turn may begin.
    const BatchJob* next();
    [[nodiscard]] std::optional<TimePoint> again_at() const { return again_at_; }
    /// Removes it. Call this only after `next` has given one.
    BatchJob take() { return *std::exchange(next_, std::nullopt); }
    /// Whether the input has ended. The job that was read last may not have been taken.
    [[nodiscard]] bool has_ended() const { return ended_; }

    /// At the end: how many jobs have not been taken, without those that have succeeded before, which are counted as
    /// skipped. Reads the rest of the input; nothing if that takes too long, or if the writer of the input has not
    /// closed it.
    std::optional<std::uint64_t> count_left();

    /// Whether `wake` says that the input has more. Then call `next`.
    bool handle(const Wake& wake);

  private:
    [[nodiscard]] bool is_to_run(const BatchJob& job);

    const ConductorSetup& setup_;
    JobMaker& source_;
    JobKeeper& keeper_;
    Halting& halting_;
    Pump& pump_;
    Skip skip_;
    std::optional<BatchJob> next_;
    int read_ = 0;  ///< records, in this turn
    std::optional<TimePoint> again_at_;
    std::uint64_t ours_ = 0;  ///< jobs of this shard that have been read
    bool ended_ = false;
    bool is_watched_ = false;
};

}  // namespace netrunner
