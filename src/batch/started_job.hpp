// One job of a batch from its first start until its output is out: where its output goes, its attempts, and how it has
// ended. The conductor owns one for each. Its session does not know it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "src/batch/batch_group.hpp"
#include "src/batch/batch_job.hpp"
#include "src/batch/line_tags.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/relayed_output.hpp"
#include "src/link/standard_files.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/sampling/run_recorder.hpp"
#include "src/session/attempt_history.hpp"
#include "src/streams/streams.hpp"
#include "src/values/deadline.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

class StartedJob {
  public:
    StartedJob(BatchJob job, TimePoint begun) : job_(std::move(job)), begun_(begun) {}

    [[nodiscard]] const BatchJob& job() const { return job_; }
    /// When its first attempt began.
    [[nodiscard]] TimePoint begun() const { return begun_; }
    [[nodiscard]] bool is_first_attempt() const { return !attempts_ || attempts_->number() == 1; }

    /// For --sample: records all attempts of `plan`. The looks of all jobs are due at the same times, whole intervals
    /// since `grid`. Null if the job is not recorded.
    [[nodiscard]] RunRecorder* recorder(const LaunchPlan& plan, TimePoint grid);
    /// An attempt begins at `now` with `plan`. Returns the plan with the limit on the time of all attempts.
    LaunchPlan begin(LaunchPlan plan, TimePoint now);
    /// Where the output of the attempt goes; of all attempts to the same place. `outputs` may be null. Throws
    /// SetupFailure, UsageError.
    Outlets outlets(Outputs* outputs, const LineTags& tags);
    /// Its attempt has ended with `outcome` at `now`. Returns when the next one begins; nothing: the job has ended.
    std::optional<TimePoint> end(Outcome outcome, TimePoint now);

    // While it waits for its next attempt:
    void pause(Duration paused) { attempts_->pause(paused); }
    /// The next attempt does not come. `signal`: what ordered the end; 0: netrunner begins nothing more.
    void end_waiting(int signal);
    /// Tells at -v how the attempt has ended, and when the next one begins.
    void tell_wait(const Narrator& narrate, Duration delay) const;

    [[nodiscard]] bool has_ended() const { return outcome_.has_value(); }
    [[nodiscard]] const Outcome& outcome() const { return *outcome_; }
    [[nodiscard]] Ending ending() const { return ending_of(*outcome_, job_.options.preserve_status); }

    /// Whether all its output is out. It has ended.
    [[nodiscard]] bool is_delivered() const { return !output_ || output_->is_delivered(); }
    /// No more output comes. `is_shown`: as for JobOutput.
    void end_output(bool is_shown) {
        if (output_) output_->end(is_shown);
    }
    /// The last `count` lines of its last attempt's output.
    [[nodiscard]] std::string last_lines(std::size_t count) const { return output_ ? output_->last_lines(count) : ""; }
    /// Adds what only its output knows to the outcome. It has ended.
    void report_figures() {
        if (output_) output_->report_figures(*outcome_);
    }

    /// "job 3 has run for 2s: make test" or "job 3 waits for attempt 2 of 4: make test"
    [[nodiscard]] std::string state_in_words(TimePoint now) const;

    /// The files of its attempt are being opened, and it waits for the other end of a FIFO.
    void begin_wait() { waits_for_files_ = true; }
    /// The files are open. Further attempts write to the same open files, because the other end of the FIFO might not
    /// be opened again.
    void end_wait(StandardFiles files);
    /// Its first attempt has ended before its files were open: there is no other attempt.
    void withdraw();
    /// The files that an earlier attempt has left; null: none.
    [[nodiscard]] StandardFiles* kept_files() { return kept_files_ ? &*kept_files_ : nullptr; }

    bool has_slot = false;
    BatchGroup::Counts counts_before{};  ///< of the group of all jobs, when the attempt began

  private:
    std::optional<TimePoint> end_attempt(Outcome outcome, TimePoint now);
    void end_record();

    BatchJob job_;
    TimePoint begun_;
    TimePoint attempt_begun_{};
    std::unique_ptr<RelayedOutput> output_;   ///< null: the mode has no relayed output
    std::optional<AttemptHistory> attempts_;  ///< with --retries
    bool waits_ = false;
    bool waits_for_files_ = false;
    std::optional<StandardFiles> kept_files_;
    std::unique_ptr<RunRecorder> recorder_;  ///< of --sample
    std::optional<Outcome> outcome_;         ///< it has ended; its last output may still be here
};

}  // namespace netrunner
