// What the conductor needs of an output mode: a pair of receivers for each job, and word of which job may go on or has
// been delivered. Implemented by the modes `line` and `group`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "src/batch/shared_output.hpp"
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
    /// An attempt of the job has ended, and another one follows: the next byte begins a line.
    virtual void end_attempt() = 0;
    /// The job has ended: nothing more comes. `is_shown`: false if its output is to be dropped.
    virtual void end(bool is_shown) = 0;
    /// After `end`: whether everything has been written.
    [[nodiscard]] virtual bool is_delivered() const = 0;
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

    /// `number`: the job's, in the order of the input.
    virtual std::unique_ptr<JobOutput> open(std::uint64_t number) = 0;
    /// One of netrunner's outputs may take bytes again.
    virtual void attend() = 0;
    [[nodiscard]] virtual std::optional<TimePoint> deadline() const { return std::nullopt; }
    virtual void handle_time(TimePoint /*now*/) {}
    /// Whether another job may start: the number of ended jobs that wait for their output is limited.
    [[nodiscard]] virtual bool has_room() const { return true; }

    /// The jobs whose receivers take bytes again, or that have been delivered, since the last call.
    [[nodiscard]] std::vector<std::uint64_t> take_moved() { return std::exchange(moved_, {}); }

  protected:
    void note_moved(std::uint64_t number) { moved_.push_back(number); }

  private:
    std::vector<std::uint64_t> moved_;
};

}  // namespace netrunner
