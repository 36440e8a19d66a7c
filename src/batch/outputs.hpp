// What the conductor needs of an output mode: a pair of receivers for each job, and word of which job may go on or has
// been delivered. Implemented for each mode whose output goes through netrunner, and for the log of -o.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "src/batch/shared_output.hpp"
#include "src/batch/word_template.hpp"
#include "src/relay/receiver.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// Where the relayed output of one job goes.
class JobOutput {
  public:
    JobOutput() = default;
    JobOutput(const JobOutput&) = delete;
    JobOutput& operator=(const JobOutput&) = delete;
    virtual ~JobOutput() = default;

    virtual Receiver& output() = 0;
    virtual Receiver& error() = 0;
    /// What gets the same bytes for the log of -o; null without one.
    virtual Receiver* output_log() { return nullptr; }
    virtual Receiver* error_log() { return nullptr; }
    /// Another attempt of the job starts: what comes next begins a line, where lines are tagged or passed on whole.
    virtual void begin_attempt() {}
    /// The job has ended: nothing more comes. `is_shown`: false if its output is to be dropped.
    virtual void end(bool is_shown) = 0;
    /// After `end`: whether everything has been written.
    [[nodiscard]] virtual bool is_delivered() const = 0;
    /// How many unfinished lines were ended after a silence, in what is shown.
    struct EndedLines {
        std::uint64_t output = 0;
        std::uint64_t error = 0;
    };
    [[nodiscard]] virtual EndedLines ended_lines() const { return {}; }
};

/// netrunner's own standard output and error.
struct OwnOutputs {
    SharedOutput& output;
    SharedOutput& error;  ///< the same object if both lead to the same file

    [[nodiscard]] int failure() const { return output.error() != 0 ? output.error() : error.error(); }
};

class Outputs {
  public:
    Outputs() = default;
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;
    virtual ~Outputs() = default;

    /// Throws SetupFailure, UsageError.
    virtual std::unique_ptr<JobOutput> open(const Filling& job) = 0;
    /// Whether `wake` was about a descriptor of this object; `attend` is called afterwards.
    virtual bool handle(const Wake& /*wake*/) { return false; }
    /// One of netrunner's outputs may take bytes again.
    virtual void attend() = 0;
    [[nodiscard]] virtual std::optional<TimePoint> deadline() const { return std::nullopt; }
    virtual void handle_time(TimePoint /*now*/) {}
    /// Whether another job may start: the number of ended jobs that wait for their output is limited.
    [[nodiscard]] virtual bool has_room() const { return true; }

    /// The jobs whose receivers take bytes again, or that have been delivered, since the last call.
    [[nodiscard]] virtual std::vector<std::uint64_t> take_moved() { return std::exchange(moved_, {}); }

    /// Output that waited in the spill file could not be read again.
    [[nodiscard]] virtual bool has_lost_output() const { return false; }
    /// errno of the log of -o, which was said; 0: there is no log, or it is whole.
    [[nodiscard]] virtual int log_error() const { return 0; }

  protected:
    void note_moved(std::uint64_t number) { moved_.push_back(number); }

  private:
    std::vector<std::uint64_t> moved_;
};

}  // namespace netrunner
