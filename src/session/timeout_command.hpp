// The --on-timeout command, which inspects the command while it hangs. A session starts it when a time limit is hit,
// and the ladder's first signal waits for its end. It is a nested `netrunner run`, so that it has a time limit, ends
// with everything that it starts, and ends when this process does (docs/decisions/0019). At most 64 KiB of its output
// go to standard error and into the report.
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
        std::string text;    ///< the script for `/bin/sh -c`
        pid_t command = 0;   ///< pid of the command to inspect: NETRUNNER_PID
        std::string reason;  ///< the reason as in the report: NETRUNNER_REASON
    };
    /// Starts it. Throws std::system_error; then it does not run.
    TimeoutCommand(const Request& request, Pump& pump, Owner owner, const RelayDuties& duties);
    ~TimeoutCommand() { end(); }
    TimeoutCommand(const TimeoutCommand&) = delete;
    TimeoutCommand& operator=(const TimeoutCommand&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Whether `wake` is about it.
    [[nodiscard]] bool is_meant(const Wake& wake) const;
    /// Handles such a wake.
    void attend(const Wake& wake);
    /// Called when a child of this process has ended. Without pidfds nothing else shows that it is this one.
    void child_ended();
    /// It was reaped elsewhere. `status`: its exit code or, if it was killed, the signal.
    void note_end(int status, bool killed);
    /// When the session ends it, if it has not ended by then.
    [[nodiscard]] TimePoint deadline() const { return begun_ + time_limit + patience; }
    /// Whether it has ended and its output has been passed on.
    [[nodiscard]] bool is_over() const;

    /// Ends it and everything that it started, if it still runs, and passes on the output that is there. Then `record`
    /// is final.
    void end();
    [[nodiscard]] TimeoutCommandRecord record() const;

  private:
    static constexpr std::chrono::seconds patience{2};  ///< beyond `time_limit`: then the session ends it

    void take_end();
    void reap();

    Pump& pump_;
    Owner owner_;
    TimePoint begun_;
    pid_t pid_ = -1;
    Descriptor handle_;  ///< pidfd of the nested netrunner; empty if pidfds are refused
    Descriptor kept_;    ///< memory file with its output
    Descriptor error_;   ///< duplicate of standard error: another relay may already watch descriptor 2
    OutputBudget budget_{.left = most_output};
    std::optional<Relay> relay_;
    std::optional<int> noted_;  ///< the status, if it was reaped elsewhere
    std::optional<int> status_;
    Duration duration_{};
};

}  // namespace netrunner
