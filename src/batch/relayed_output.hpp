// The output of one job that goes through netrunner: its place in the output mode and in the log, what stands before
// its lines, and its last lines for the summary. The conductor makes one for each job.
#pragma once

#include <memory>
#include <string>

#include "src/batch/line_tags.hpp"
#include "src/batch/output_end.hpp"
#include "src/batch/outputs.hpp"
#include "src/outcome/outcome.hpp"
#include "src/streams/streams.hpp"

namespace netrunner {

class RelayedOutput {
  public:
    /// Throws SetupFailure, UsageError.
    RelayedOutput(Outputs& all, const LineTags& tags, Filling job)
        : output_(all.open(job)), watched_output_(output_->output(), end_), watched_error_(output_->error(), end_) {
        const auto outlet = [&](const char* stream, Receiver& shown, Receiver* log) {
            job.stream = stream;
            Outlet made{.receiver = &shown, .stamp = tags.shown(job)};
            if (log != nullptr) {
                made.copy = log;
                made.copy_stamp = tags.logged(job);
            }
            return made;
        };
        outlets_ = {outlet("stdout", watched_output_, output_->output_log()),
                    outlet("stderr", watched_error_, output_->error_log())};
    }
    RelayedOutput(const RelayedOutput&) = delete;
    RelayedOutput& operator=(const RelayedOutput&) = delete;
    ~RelayedOutput() = default;

    /// For the job's session, which must end first.
    [[nodiscard]] const Outlets& outlets() const { return outlets_; }

    /// Another attempt of the job starts, whose last lines count.
    void begin_attempt() {
        end_ = {};
        output_->begin_attempt();
    }
    void end(bool is_shown) { output_->end(is_shown); }
    [[nodiscard]] bool is_delivered() const { return output_->is_delivered(); }
    [[nodiscard]] std::string last_lines(std::size_t count) const { return end_.last_lines(count); }
    /// Adds what is known here to the figures of the streams.
    void report_figures(Outcome& outcome) const {
        const JobOutput::EndedLines ended = output_->ended_lines();
        outcome.standard_output.ended_lines = ended.output;
        outcome.standard_error.ended_lines = ended.error;
    }

  private:
    OutputEnd end_;
    std::unique_ptr<JobOutput> output_;
    WatchedReceiver watched_output_;
    WatchedReceiver watched_error_;
    Outlets outlets_;
};

}  // namespace netrunner
