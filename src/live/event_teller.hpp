// Makes the lines of --events from what a session tells, with the bytes only if they have changed. `Live` and the
// events of a batch's jobs derive from it, and put the lines where their readers get them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/live/controlled_run.hpp"
#include "src/live/event_lines.hpp"
#include "src/live/event_queue.hpp"
#include "src/live/run_listener.hpp"
#include "src/sampling/timeline.hpp"

namespace netrunner {

class EventTeller : public RunListener {
  public:
    /// `command`: the words of the command, as typed.
    EventTeller(EventLines lines, std::vector<std::string> command)
        : lines_(std::move(lines)), command_(std::move(command)) {}

    void started(pid_t command, Duration timeout) override;
    void stepped(StopCause cause, int signal) override;
    void stopped(int signal) override;
    void continued() override;
    void found(const Orphan& orphan) override;
    void ended(const End& end) override;
    void changed(const LimitChange& change) override;
    void sampled(const Sample& sample) override;

    /// The bytes of the outputs are now `figures`.
    void tell_output(const OutputFigures& figures);
    /// netrunner, or the job, ends with `status`. `report`: as JSON text.
    void tell_end(int status, std::string_view report);

  protected:
    ~EventTeller() = default;

    virtual void tell(EventQueue::Kind kind, std::string line) = 0;
    [[nodiscard]] const EventLines& lines() const { return lines_; }

  private:
    EventLines lines_;
    std::vector<std::string> command_;
    OutputFigures told_{};  ///< of the present attempt
};

}  // namespace netrunner
