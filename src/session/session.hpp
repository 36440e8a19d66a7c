// One run of one command, and the owner of everything that the run needs. The runner drives it. The session turns
// wakes, signals and elapsed time into events, asks the lifecycle what an event means, and acts. Only the session knows
// the time and the causes of a stop. It moves no bytes: the streams do. Any number of sessions can use one pump; they
// share nothing else.
#pragma once

#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/job/job_control.hpp"
#include "src/link/shepherd_link.hpp"
#include "src/live/controlled_run.hpp"
#include "src/live/run_listener.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/progress/pulse.hpp"
#include "src/relay/pump.hpp"
#include "src/session/input_watch.hpp"
#include "src/session/lifecycle.hpp"
#include "src/session/neighbours.hpp"
#include "src/session/parent_watch.hpp"
#include "src/session/second_layer.hpp"
#include "src/session/settling.hpp"
#include "src/session/stop.hpp"
#include "src/session/stop_command.hpp"
#include "src/session/survivor_watch.hpp"
#include "src/session/suspension_watch.hpp"
#include "src/session/time_limits.hpp"
#include "src/session/tree_watch.hpp"
#include "src/streams/streams.hpp"
#include "src/system/signal_source.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

struct SessionContext {
    TimePoint begun{};                      ///< when netrunner or this attempt started; time limits count from here
    std::optional<TimePoint> lines_from{};  ///< where --timestamps count from; nothing: `begun`
    const ParentWatch* parent = nullptr;    ///< copied for --die-with-parent; null: the session makes its own
    std::vector<pid_t> strangers{};         ///< children of this process that do not belong to the run
    Narrator narrate{};
    OutputTail* tail = nullptr;        ///< gets the end of the command's output; may be null
    LiveLine* live_line = nullptr;     ///< for --progress; may be null
    LinePosition* position = nullptr;  ///< of standard error; may be null
    Outlets outlets{};                 ///< in place of descriptors 1 and 2
    RunListener* listener = nullptr;   ///< for --events; may be null
    Recording recording{};             ///< for --sample
    Neighbours* neighbours = nullptr;  ///< null: this process has no other session
};

class Session {
  public:
    /// Starts the run. Throws SetupFailure if it cannot; then no process has been started.
    Session(LaunchPlan plan, const StandardFiles& files, Pump& pump, SessionContext context);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Handles a wake of the pump that has this session as its owner.
    void handle(const Wake& wake);
    /// Handles a signal that this process received, except SIGCHLD. `at`: the same time for all that are read at once.
    void handle(const SignalEvent& signal, TimePoint at);
    /// Does everything that is due now. The runner calls it at `deadline`; any other time is allowed too.
    void handle_time();

    /// Handles SIGCHLD: a child of this process has ended or was stopped. Not with neighbours.
    void handle_children();

    // With neighbours, whose owner reaps all children, reads all signals and notices suspensions:

    /// A child of this process was reaped: `is_own_child` holds for it, or it may be of this lost run.
    void child_reaped(const siginfo_t& child);
    /// Whether this process ends the tree itself, because the guard is lost.
    [[nodiscard]] bool is_lost() const { return second_layer_.active() || helpers_due_; }
    /// Appends the children of this process that are this run's, but not part of its tree.
    void list_helpers(std::vector<pid_t>& children) const;
    /// Of a lost run: what the last walk has seen of its tree.
    [[nodiscard]] std::span<const TreeMember> claimed() const { return second_layer_.claimed(); }
    [[nodiscard]] bool has_unspared_claim() const { return second_layer_.has_unspared_claim(); }
    /// The pid of the command, also after its end; 0 if it has not been started.
    [[nodiscard]] pid_t command() const { return outcome_.pid.value_or(0); }
    /// A receiver of the context's outlets takes bytes again.
    void nudge_outputs() { streams_.nudge_outputs(); }
    /// Orders the end of the run as a signal from outside does; a second order climbs to SIGKILL.
    void stop_by(int signal);
    /// No stop has begun, and the time limits apply.
    [[nodiscard]] bool runs() const;
    /// Passes a signal on to the command's process group.
    void pass_on(int signal) { forward(protocol::Scope::group, {.number = signal}); }

    // For the requests of --control; see ControlledRun:

    [[nodiscard]] RunStatus status();
    [[nodiscard]] bool is_below_command(pid_t pid) const;
    [[nodiscard]] bool has_command() const { return outcome_.pid && !job_control_.has_command_ended(); }
    /// As an order of SIGTERM; another one climbs to SIGKILL, however soon it comes.
    void stop_by_request();
    void control_closed();
    /// Nothing: the run has no time limit to add to, or is about to end.
    std::optional<Duration> extend(bool adds, Duration by, std::optional<LimitChange::Peer> peer);
    /// Only with a pseudo-terminal, while the command runs.
    void resize(WindowSize size);
    [[nodiscard]] bool has_terminal() const { return plan_.terminal.has_value(); }
    Streams& streams() { return streams_; }
    [[nodiscard]] const Streams& streams() const { return streams_; }
    /// Tells the guard if the command's input has ended.
    void pass_on_end_of_input();

    /// This process was suspended for `paused`: no timer counts that time.
    void resume_timers(Duration paused);

    /// Stops the run because netrunner cannot continue. `why` becomes one line of the outcome's failures.
    void fail(const std::string& why);

    /// Call this before each wait. With neighbours it does nothing.
    void begin_turn();
    /// When to call `handle_time`; nothing when the session waits for no time.
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    [[nodiscard]] bool over() const { return state_ == RunState::over; }
    [[nodiscard]] pid_t shepherd() const { return link_.pid(); }
    /// Whether `pid` is a child of this process that the session reaps itself.
    [[nodiscard]] bool is_own_child(pid_t pid) const {
        return pid == link_.pid() || (stop_command_ && pid == stop_command_->pid());
    }

    /// Moves the outcome out. To be called once, when the run is over.
    Outcome take_outcome();

  private:
    // events from the shepherd and the guard
    void take_shepherd_events();
    void on(CommandStarted& event);
    void on(const protocol::ChildStopped& event);
    void on(const protocol::ChildContinued& event);
    void on(const protocol::ChildExited& event);
    void on(const protocol::OrphanFound& event);
    void on(const protocol::OrphanSpared& event);
    void on(const protocol::TreeEmpty& event);
    void on(const protocol::StopRequested& event);
    void on(const protocol::Failed& event);
    void on(const HangUp& event);

    void notice_suspension(TimePoint now);

    // applying the lifecycle table
    void apply(RunEvent event);
    void act(RunAction action);
    void begin_drain();
    void finish();

    // stopping
    void request_stop(StopCause cause, std::optional<int> first_signal = std::nullopt);
    void lose_parent();
    void look_after_parent();
    void begin_stop_record();
    void climb();
    void pass_on_order(int signal);
    void begin_ladder();
    bool run_stop_command();
    void end_stop_command();
    void cancel(const Stop::Order& order, TimePoint at);
    void take_outer_step(int signal);
    void forward(protocol::Scope scope, const SignalEvent& signal);
    void order(StopSignal signal);
    void record_orphan(Orphan orphan);
    void record_spared(Orphan left);
    [[nodiscard]] Tree tree() const;
    void check_settling(TimePoint now);
    void check_second_layer();
    void check_survivors();
    void lose(const char* helper);
    void lose_shepherd();
    void meet_neighbours();
    void take_over(const char* lost);
    void look_after_helpers();
    void end_tree_here();
    void repeat_last_step();
    void signal_tree(StopSignal signal);
    [[nodiscard]] JobGroup* job_group();

    void watch_input(TimePoint now);
    void watch_tree(TimePoint now);
    [[nodiscard]] TreeReader::Place place() const { return {.root = link_.root(), .group = cgroup_.get()}; }
    [[nodiscard]] OutputFigures outputs() const;
    [[nodiscard]] std::optional<TimePoint> state_deadline() const;
    [[nodiscard]] std::optional<TimePoint> unread_deadline() const;
    [[nodiscard]] std::optional<TimePoint> suspension_deadline() const;
    [[nodiscard]] std::optional<TimePoint> pulse_deadline() const;
    [[nodiscard]] std::optional<TimePoint> stop_command_deadline() const;
    [[nodiscard]] std::optional<TimePoint> helpers_deadline() const;
    [[nodiscard]] RunView view() const;
    [[nodiscard]] bool all_delivered();

    const LaunchPlan plan_;
    Pump& pump_;
    const SessionContext context_;
    Streams streams_;
    std::optional<ParentWatch> parent_;  ///< for --die-with-parent, until the parent has ended
    std::unique_ptr<Cgroup> cgroup_;     ///< null if the run has no control group
    ShepherdLink link_;
    JobControl job_control_;
    bool link_watched_ = false;
    SecondLayer second_layer_;  ///< active once the guard is lost
    const char* lost_ = "";     ///< the helper whose death made this process take over
    /// Until when a helper may still be dying; nothing: there is nothing to wait for.
    std::optional<TimePoint> helpers_due_;
    TimePoint helpers_look_{};  ///< when to look whether it has died
    bool tree_missed_ = false;  ///< the last signal met a dying shepherd, and may have missed processes
    TreeWatch tree_watch_;
    Pulse pulse_;
    std::unique_ptr<StopCommand> stop_command_;  ///< while it runs; the ladder starts after it
    std::optional<TimePoint> start_due_;         ///< until when it waits for the start of the command

    RunState state_ = RunState::starting;
    Outcome outcome_;

    Stop stop_;
    SurvivorWatch survivor_watch_;
    TimeLimits limits_;
    SuspensionWatch suspension_;
    bool has_timers_ = false;  ///< a suspension of this process could use up some time that the session measures
    InputWatch input_watch_;
    SignalBits forwarded_ = 0;

    SpareRule spare_;  ///< its names are in plan_
    Settling settling_;
    std::string relayed_input_;  ///< the pipe of --stdin pipe, as pipe_at names it; empty: none
    std::optional<TimePoint> patience_at_;
    bool stop_requested_ = false;          ///< by a request of --control
    std::optional<Duration> new_timeout_;  ///< in place of the plan's
};

}  // namespace netrunner
