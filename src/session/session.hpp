// One run of one command: owns everything of it. It turns wakes, signals and the passing of time into events, asks
// the lifecycle what they mean, and acts. The only place that knows time and reasons. There may be any number of
// sessions on one pump; they share nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/job/job_control.hpp"
#include "src/link/shepherd_link.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/progress/pulse.hpp"
#include "src/relay/pump.hpp"
#include "src/session/lifecycle.hpp"
#include "src/session/second_layer.hpp"
#include "src/session/stop.hpp"
#include "src/session/survivor_watch.hpp"
#include "src/session/time_limits.hpp"
#include "src/session/timeout_command.hpp"
#include "src/streams/streams.hpp"
#include "src/system/signal_source.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

struct SessionContext {
    TimePoint begun{};               ///< when netrunner started: limits count from here
    std::vector<pid_t> strangers{};  ///< children that this process has and that are none of the session's
    Narrator narrate{};
    OutputTail* tail = nullptr;     ///< gets the end of the command's output
    LiveLine* live_line = nullptr;  ///< shows how the run is going
};

class Session {
  public:
    /// Starts the run. Throws SetupFailure; then nothing has been started.
    Session(LaunchPlan plan, const StandardFiles& files, Pump& pump, SessionContext context);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// A wake of the pump whose owner is this session.
    void handle(const Wake& wake);
    /// A signal that this process was sent.
    void handle(const SignalEvent& signal);
    /// The time has come that `deadline` named, or any other time.
    void handle_time();

    /// A child of this process has ended or was stopped.
    void handle_children();

    /// Something that the run cannot go on without could not be had: it is stopped for that, and says so.
    void fail(const std::string& why);

    [[nodiscard]] std::optional<TimePoint> deadline() const;
    [[nodiscard]] bool over() const { return state_ == RunState::over; }
    [[nodiscard]] pid_t shepherd() const { return link_.pid(); }
    /// A child of this process that the session reaps itself.
    [[nodiscard]] bool is_own_child(pid_t pid) const {
        return pid == link_.pid() || (timeout_command_ && pid == timeout_command_->pid());
    }

    /// How it went; once, when it is over.
    Outcome take_outcome();

  private:
    // what the shepherd says
    void take_shepherd_events();
    void on(CommandStarted& event);
    void on(const protocol::ChildStopped& event);
    void on(const protocol::ChildContinued& event);
    void on(const protocol::ChildExited& event);
    void on(const protocol::OrphanFound& event);
    void on(const protocol::TreeEmpty& event);
    void on(const protocol::StopRequested& event);
    void on(const protocol::Failed& event);
    void on(const HangUp& event);

    void resume_timers(Duration paused);

    // the table at work
    void apply(RunEvent event);
    void act(RunAction action);
    void begin_drain();
    void finish();

    // stopping
    void request_stop(StopCause cause, std::optional<int> first_signal = std::nullopt);
    void lose_parent();
    void begin_stop_record();
    void climb();
    bool run_timeout_command();
    void end_timeout_command();
    void cancel(int signal, protocol::Receiver receiver = protocol::Receiver::runner);
    void forward(protocol::Scope scope, const SignalEvent& signal);
    void order(int signal);
    void record_orphan(Orphan orphan);
    void check_second_layer();
    void check_survivors();
    void lose(const char* helper);
    void take_over();
    [[nodiscard]] JobGroup* job_group();

    /// Nothing has stopped it, and limits hold.
    [[nodiscard]] bool runs() const;
    [[nodiscard]] std::optional<TimePoint> state_deadline() const;
    [[nodiscard]] std::optional<TimePoint> pulse_deadline() const;
    [[nodiscard]] RunView view() const;
    [[nodiscard]] bool all_delivered();

    const LaunchPlan plan_;
    Pump& pump_;
    const SessionContext context_;
    Streams streams_;
    Descriptor parent_;               ///< readable when who started netrunner has ended; empty where that is no matter
    std::unique_ptr<Cgroup> cgroup_;  ///< where one was asked for
    ShepherdLink link_;
    JobControl job_control_;
    bool link_watched_ = false;
    SecondLayer second_layer_;  ///< active once the guard is lost
    Pulse pulse_;
    std::unique_ptr<TimeoutCommand> timeout_command_;  ///< while it runs: the ladder waits for it

    RunState state_ = RunState::starting;
    Outcome outcome_;

    Stop stop_;
    SurvivorWatch survivor_watch_;
    TimeLimits limits_;
    SignalBits forwarded_ = 0;

    std::optional<TimePoint> settle_at_;
    std::optional<TimePoint> patience_at_;
};

}  // namespace netrunner
