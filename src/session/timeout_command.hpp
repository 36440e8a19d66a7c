// What --on-timeout runs when a time limit is hit and before anything is signalled, to look at the command while it
// hangs. It is a run of netrunner's own, so that it is bounded in time, ends with all that it starts, and never
// outlives us. What it prints goes to standard error, and a bounded part of it is kept. Driven by a session.
#pragma once

#include <optional>
#include <string>

#include "src/outcome/outcome.hpp"
#include "src/relay/pump.hpp"
#include "src/system/fd.hpp"

namespace netrunner {

class TimeoutCommand {
  public:
    static constexpr std::chrono::seconds time_limit{10};
    static constexpr Size most_output = 64 * 1024;

    struct Request {
        std::string text;    ///< for /bin/sh -c
        pid_t command = 0;   ///< whom it is about
        std::string reason;  ///< as in the report
    };
    /// Starts it. Throws std::system_error.
    TimeoutCommand(const Request& request, Pump& pump, Owner owner, LiveLine* live_line);
    ~TimeoutCommand() { end(); }
    TimeoutCommand(const TimeoutCommand&) = delete;
    TimeoutCommand& operator=(const TimeoutCommand&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool is_meant(const Wake& wake) const;
    /// A wake that is meant for it.
    void attend(const Wake& wake);
    /// After which it is not waited for any more.
    [[nodiscard]] TimePoint deadline() const { return begun_ + time_limit + patience; }
    /// It has ended and what it printed has been passed on.
    [[nodiscard]] bool is_over() const;

    /// Ends it and all that it has started, if it still runs; then `record` is final.
    void end();
    [[nodiscard]] TimeoutCommandRecord record() const;

  private:
    static constexpr std::chrono::seconds patience{2};  ///< beyond the limit that it has been given

    void reap();

    Pump& pump_;
    Owner owner_;
    TimePoint begun_;
    pid_t pid_ = -1;
    Descriptor handle_;  ///< a pidfd
    Descriptor kept_;    ///< a file in memory
    Descriptor error_;   ///< standard error, which another relay may be waiting for
    OutputBudget budget_{.left = most_output};
    std::optional<Relay> relay_;
    std::optional<int> status_;
    Duration duration_{};
};

}  // namespace netrunner
