// Runs a batch to its end: starts jobs as there is room, lets their output out, answers signals and limits. `batch`
// calls it. It owns the pump and what belongs to the process. How one job goes is its session's business; when to halt,
// which jobs fit and whose output goes first is decided in Halting, Slots and Floor.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "src/batch/batch_job.hpp"
#include "src/batch/conductor_setup.hpp"
#include "src/batch/halting.hpp"
#include "src/batch/job_keeper.hpp"
#include "src/batch/job_planner.hpp"
#include "src/batch/job_supply.hpp"
#include "src/batch/output_end.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/running_jobs.hpp"
#include "src/batch/shared_output.hpp"
#include "src/batch/slot_supply.hpp"

namespace netrunner {

class Conductor {
  public:
    Conductor(const ConductorSetup& setup, JobMaker& source, JobKeeper& keeper);
    ~Conductor();
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;

    /// Returns when all jobs have ended and their helpers have exited. Signals stay blocked until the destruction.
    const Halting& run();
    /// errno of netrunner's own output; EPIPE: its reader has gone.
    [[nodiscard]] int output_error() const { return output_.error() != 0 ? output_.error() : error_output().error(); }
    void let_through_orders() { signals_.let_through_orders(); }

  private:
    struct Member {
        BatchJob job;
        TimePoint begun{};
        OutputEnd last_output;
        std::unique_ptr<JobOutput> output;  ///< null: the mode has no relayed output
        std::optional<WatchedReceiver> watched_output;
        std::optional<WatchedReceiver> watched_error;
        std::optional<Outcome> outcome;  ///< it has ended; its last output may still be here
        bool has_slot = false;
    };
    using Members = std::unordered_map<std::uint64_t, std::unique_ptr<Member>>;

    void start_jobs();
    void start(BatchJob job);

    void take_turn();
    void take_signals();
    void obey(const SignalEvent& signal);
    void suspend();
    void tell_running();
    void follow_phase();
    void attend_moved();
    void collect();
    void end(Members::iterator place, Outcome outcome);
    void settle(Members::iterator place);
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    [[nodiscard]] const SharedOutput& error_output() const { return own_error_ ? *own_error_ : output_; }

    const ConductorSetup& setup_;
    JobKeeper& keeper_;
    SignalSource signals_;
    Pump pump_{Pump::Gathering::never};
    RunningJobs running_;
    SharedOutput output_;
    std::optional<SharedOutput> own_error_;  ///< empty: descriptors 1 and 2 lead to the same file
    std::unique_ptr<Outputs> outputs_;       ///< null: as for Member::output
    JobPlanner planner_;
    Members members_;
    Halting halting_;
    Halting::Phase followed_ = Halting::Phase::running;
    SlotSupply slots_;
    JobSupply supply_;
};

}  // namespace netrunner
