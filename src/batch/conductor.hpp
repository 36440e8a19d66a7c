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
#include "src/batch/job_starter.hpp"
#include "src/batch/job_supply.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/retry_queue.hpp"
#include "src/batch/running_jobs.hpp"
#include "src/batch/shared_output.hpp"
#include "src/batch/slot_supply.hpp"
#include "src/batch/started_job.hpp"
#include "src/batch/waiting_starts.hpp"
#include "src/session/parent_watch.hpp"
#include "src/session/suspension_watch.hpp"

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
    [[nodiscard]] int output_error() { return output_.error() != 0 ? output_.error() : error_output().error(); }
    /// Output that waited in the spill file could not be read again.
    [[nodiscard]] bool has_lost_output() const { return outputs_ && outputs_->has_lost_output(); }
    /// The log of -o could not be written, which was said.
    [[nodiscard]] bool has_lost_log() const { return outputs_ && outputs_->log_error() != 0; }
    void let_through_orders() { signals_.let_through_orders(); }

  private:
    using Members = std::unordered_map<std::uint64_t, std::unique_ptr<StartedJob>>;

    void start_jobs();
    [[nodiscard]] bool start_retries();
    void start(Members::iterator place);

    void take_turn();
    void look_after_time();
    void take_signals();
    void obey(const SignalEvent& signal);
    void suspend();
    void lose_parent();
    void tell_running();
    void follow_phase();
    void end_waiting(int signal);
    void attend_moved();
    void collect();
    void go_on(WaitingStart opened);
    void look_after_waiting(TimePoint now);
    void cancel_waiting(int signal);
    void end(Members::iterator place, Outcome outcome);
    void finish(Members::iterator place);
    void settle(Members::iterator place);
    void account(Members::iterator place);
    void attend_patience();
    [[nodiscard]] std::optional<TimePoint> timers() const;
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    [[nodiscard]] BatchFigures figures() const;
    void notice_suspension();
    void pause(Duration paused);
    [[nodiscard]] SharedOutput& error_output() { return own_error_ ? *own_error_ : output_; }

    const ConductorSetup& setup_;
    JobKeeper& keeper_;
    SignalSource signals_;
    Pump pump_{Pump::Gathering::never};
    RunningJobs running_;
    SharedOutput output_;
    std::unique_ptr<SharedOutput> own_error_;  ///< null: descriptors 1 and 2 lead to the same file
    std::unique_ptr<Outputs> outputs_;         ///< null: the mode has no relayed output
    WaitingStarts waiting_;
    JobStarter starter_;
    std::optional<TimePoint> patience_;  ///< until when a reader that takes nothing holds up the end of a stop
    Members members_;
    RetryQueue retries_;
    Halting halting_;
    Halting::Phase followed_ = Halting::Phase::running;
    SlotSupply slots_;
    JobSupply supply_;
    std::optional<ParentWatch> parent_;  ///< --die-with-parent, until the parent has ended
    SuspensionWatch suspension_;
    bool has_timers_ = false;
};

}  // namespace netrunner
