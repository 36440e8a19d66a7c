// Runs a batch to its end: starts jobs as there is room, moves their output, answers signals and limits, and counts.
// main calls it. It owns the pump and what belongs to the process; how a single job goes is its session's business, and
// what the input means is the job source's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/batch/outputs.hpp"
#include "src/batch/running_jobs.hpp"
#include "src/batch/shared_output.hpp"
#include "src/system/signal_source.hpp"

namespace netrunner {

/// One command of a batch, before it runs.
struct Job {
    std::uint64_t number = 0;
    std::string id;
    std::vector<std::string> command;
    std::string problem{};  ///< why it cannot be run; empty: it can
};

/// Gives the jobs one after another.
class JobSource {
  public:
    JobSource() = default;
    JobSource(const JobSource&) = delete;
    JobSource& operator=(const JobSource&) = delete;
    virtual ~JobSource() = default;

    enum class State { job, waits, ended };
    /// `waits`: call again when `descriptor` is readable.
    virtual State next(Job& job) = 0;
    /// -1: it never waits.
    [[nodiscard]] virtual int descriptor() const { return -1; }
};

enum class OutputMode { group, ordered, line, null, inherit };

struct BatchSetup {
    Options options;  ///< of `run`, for each job
    Facts facts;
    SignalState found;
    std::size_t most = 1;  ///< jobs at once
    OutputMode output = OutputMode::group;
    bool failed_only = false;  ///< --show failed
    Size spill_max = Size{1} << 30;
    std::uint64_t halt_soon = 0;  ///< after so many failures, no new jobs; 0: never
    std::uint64_t halt_now = 0;   ///< after so many failures, the running jobs are stopped; 0: never
    Duration timeout = forever;
    TimePoint begun{};
    Narrator narrate{};
};

struct JobEnd {
    const Job& job;
    const Outcome& outcome;
    Ending ending;
};

struct BatchOutcome {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t lost = 0;  ///< of those that failed: a helper was killed
    bool timed_out = false;
    bool halted = false;      ///< by --halt
    int cancelled_by = 0;     ///< the first signal from outside that ended the batch; 0: none
    bool is_complete = true;  ///< every job of the input was started
    int write_error = 0;      ///< of standard output or error; EPIPE: its reader has gone
};

class Conductor {
  public:
    /// `ended` is called for each job, when its output has been passed on.
    Conductor(const BatchSetup& setup, JobSource& source, std::function<void(const JobEnd&)> ended);
    ~Conductor();
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;

    BatchOutcome run();

  private:
    struct Member {
        Job job;
        std::unique_ptr<JobOutput> output;  ///< null: the mode has no relayed output
        std::optional<Outcome> outcome;     ///< it has ended; its last output may still be here
    };
    using Members = std::unordered_map<std::uint64_t, Member>;

    void start_jobs();
    void start(Job job);
    void end(Members::iterator place, Outcome outcome);
    void take_turn();
    void take_signals();
    void obey(const SignalEvent& signal);
    void suspend();
    void cancel(int signal);
    void stop_running();
    void attend_moved();
    void collect();
    void settle(Members::iterator place);
    [[nodiscard]] bool may_start() const;
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] std::optional<TimePoint> deadline() const;

    const BatchSetup& setup_;
    JobSource& source_;
    std::function<void(const JobEnd&)> ended_;
    SignalSource signals_;
    Pump pump_{Pump::Gathering::never};
    RunningJobs running_;
    SharedOutput output_;
    std::optional<SharedOutput> own_error_;  ///< empty: descriptors 1 and 2 lead to the same file
    std::unique_ptr<Outputs> outputs_;       ///< null: as for Member::output
    Members members_;
    bool source_ended_ = false;
    bool source_watched_ = false;
    std::optional<TimePoint> stop_at_;  ///< --batch-timeout
    BatchOutcome outcome_;
};

}  // namespace netrunner
