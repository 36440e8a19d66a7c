// The command of --on-timeout or --on-stop, which inspects or prepares what is about to be stopped. A session starts it
// when a stop begins, and the ladder's first signal waits for its end. It is a nested `netrunner run`, so that it has a
// time limit, ends with everything that it starts, and ends when this process does (docs/decisions/0019, 0051). At most
// 64 KiB of its output go to standard error and into the report.
#pragma once

#include <optional>
#include <string>

#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/pump.hpp"
#include "src/system/fd.hpp"

namespace netrunner {

/// A script for `/bin/sh -c`, and the option that has it.
struct StopHook {
    std::string option;
    std::string text;
};
/// What runs before the first signal of a stop for `cause`; nothing if nothing does.
std::optional<StopHook> hook_for(StopCause cause, const LaunchPlan& plan);

class StopCommand {
  public:
    static constexpr std::chrono::seconds time_limit{10};
    static constexpr Size most_output = 64 * 1024;

    struct Request {
        StopHook hook;
        pid_t command = 0;   ///< pid of the command that is to be stopped: NETRUNNER_PID
        std::string reason;  ///< the cause of the stop as in the report: NETRUNNER_REASON
    };
    /// Starts it. Throws std::system_error; then it does not run.
    StopCommand(const Request& request, Pump& pump, Owner owner, const RelayDuties& duties);
    ~StopCommand() { end(); }
    StopCommand(const StopCommand&) = delete;
    StopCommand& operator=(const StopCommand&) = delete;

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
    /// is final. Waits for that for `patience` at most. Zero: only asks it to end, and a wake tells that it has ended.
    void end(std::chrono::milliseconds patience = std::chrono::seconds(3));
    [[nodiscard]] StopCommandRecord record() const;

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
