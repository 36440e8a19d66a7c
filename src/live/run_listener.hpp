// What a session tells about its run while the run goes on, for --events. The session calls it; `Live` and the events
// of a batch implement it. A run without such options has no listener.
#pragma once

#include <sys/types.h>

#include "src/outcome/outcome.hpp"
#include "src/sampling/timeline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class RunListener {
  public:
    RunListener() = default;
    RunListener(const RunListener&) = delete;
    RunListener& operator=(const RunListener&) = delete;

    /// The command runs. `timeout`: the time limit, or `forever`.
    virtual void started(pid_t command, Duration timeout) = 0;
    /// A signal of a stop is sent.
    virtual void stepped(StopCause cause, int signal) = 0;
    virtual void stopped(int signal) = 0;
    virtual void continued() = 0;
    /// A process that outlived the command was found, and `orphan.ended_by` is sent to it.
    virtual void found(const Orphan& orphan) = 0;
    /// The command has ended; processes that it started may be left.
    virtual void ended(const End& end) = 0;
    virtual void changed(const LimitChange& change) = 0;
    /// What --sample has seen now. The times count from the start of the run.
    virtual void sampled(const Sample& sample) = 0;

  protected:
    ~RunListener() = default;
};

}  // namespace netrunner
