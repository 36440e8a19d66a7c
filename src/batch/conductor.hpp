// Runs a batch to its end: starts jobs as there is room, lets their output out, answers signals and limits. `batch`
// calls it. It owns the pump and what belongs to the process. How one job goes is its session's business; when to halt,
// which jobs fit and whose output goes first is decided in Halting, Slots and Floor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "src/batch/batch_job.hpp"
#include "src/batch/halting.hpp"
#include "src/batch/job_maker.hpp"
#include "src/batch/job_server.hpp"
#include "src/batch/output_end.hpp"
#include "src/batch/output_names.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/running_jobs.hpp"
#include "src/batch/shared_output.hpp"
#include "src/batch/slots.hpp"
#include "src/batch/word_template.hpp"
#include "src/plan/facts.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

struct EndedJob {
    const BatchJob& job;
    const Outcome& outcome;
    Ending ending;
    std::string last_output;  ///< the last lines; empty if the output was not relayed
};

/// What the conductor asks of the report and the summary. Each may fail, which halts the batch.
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

struct ConductorSetup {
    const BatchOptions& options;
    Facts facts;
    SignalState found;
    TimePoint begun{};
    std::uint64_t jobs_at_once = 1;
    Size pipe_size = 256 * 1024;
    std::optional<JobServerAddress> server{};
    int input = -1;  ///< what the source reads; -1: it reads nothing
    Narrator narrate{};
    std::function<void(const std::string& line)> say{};
};

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
    bool fetch();
    bool has_room_for(const BatchJob& job);
    void give_back_tokens();
    void start(BatchJob job);
    [[nodiscard]] Options options_of(const BatchJob& job) const;
    [[nodiscard]] LaunchPlan plan(const Options& options) const;

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
    JobMaker& source_;
    JobKeeper& keeper_;
    SignalSource signals_;
    Pump pump_{Pump::Gathering::never};
    RunningJobs running_;
    SharedOutput output_;
    std::optional<SharedOutput> own_error_;  ///< empty: descriptors 1 and 2 lead to the same file
    std::unique_ptr<Outputs> outputs_;       ///< null: as for Member::output
    std::optional<WordTemplate> tag_;
    std::optional<OutputNames> files_;
    Members members_;
    Halting halting_;
    Halting::Phase followed_ = Halting::Phase::running;
    Slots slots_;
    std::optional<JobServer> server_;
    std::optional<BatchJob> next_;  ///< read ahead
    bool source_ended_ = false;
    bool input_watched_ = false;
    bool server_watched_ = false;
};

}  // namespace netrunner
