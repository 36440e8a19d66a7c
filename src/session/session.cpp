#include "src/session/session.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <utility>

#include "shepherd/tree/tree.hpp"
#include "src/session/fed_orphans.hpp"
#include "src/session/group_closing.hpp"
#include "src/session/signal_meaning.hpp"
#include "src/session/start_failure.hpp"
#include "src/system/processor_wait.hpp"
#include "src/system/real_path.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/terminal.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/kernel_text.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

using protocol::Scope;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string working_directory(const std::optional<std::string>& asked) {
    std::error_code unknown;
    const auto path = asked ? real_path(*asked, unknown) : std::filesystem::current_path(unknown);
    return unknown ? asked.value_or("") : path.string();
}

/// The limit that a stop for `cause` names in the verdict; empty if `cause` is not a limit.
std::string exceeded(const LaunchPlan& plan, StopCause cause) {
    switch (cause) {
        case StopCause::timeout: return shown_timeout(plan);
        case StopCause::idle_timeout: return format_duration(plan.idle_timeout);
        case StopCause::output_limit: return format_size(plan.max_output);
        case StopCause::cpu_limit: return format_duration(plan.cpu_time);
        case StopCause::memory_limit: return format_size(plan.max_rss.value_or(unlimited));
        case StopCause::process_limit: return fmt::format("{}", plan.max_processes.value_or(0));
        case StopCause::no_input:
        case StopCause::cancelled:
        case StopCause::orphans:
        case StopCause::parent_died:
        case StopCause::control_closed:
        case StopCause::no_reader:
        case StopCause::failure:
        case StopCause::lost: break;
    }
    return "";
}

constexpr std::chrono::seconds start_patience{2};  ///< a stop waits that long for the command's start

template <std::size_t N>
std::string text_of(const std::array<char, N>& padded) {
    return {padded.data(), ::strnlen(padded.data(), N)};
}

}  // namespace

// ---- construction and end

Session::Session(LaunchPlan plan, const StandardFiles& files, Pump& pump, SessionContext context)
    : plan_(std::move(plan)),
      pump_(pump),
      context_(std::move(context)),
      streams_(plan_, files.copy, pump, this,
               {.stamp = plan_.stamp,
                .copy_stamp = plan_.stamps_file ? plan_.stamp : LineStamp{},
                .plain_copy = plan_.plain_file,
                .begun = context_.lines_from.value_or(context_.begun),
                .tail = context_.tail,
                .live_line = context_.live_line,
                .position = context_.position},
               context_.outlets),
      parent_(!plan_.die_with_parent       ? std::nullopt
              : context_.parent != nullptr ? std::optional<ParentWatch>(*context_.parent)
                                           : std::optional<ParentWatch>(std::in_place)),
      cgroup_(plan_.cgroup ? std::make_unique<Cgroup>(*plan_.cgroup, context_.narrate) : nullptr),
      link_(plan_, files, cgroup_.get(), context_.narrate),
      job_control_(plan_, link_, streams_, context_.narrate),
      second_layer_(context_.strangers),
      tree_watch_(plan_, context_.recording, context_.listener, pump, this),
      pulse_(plan_, context_.begun, context_.live_line, context_.narrate),
      stop_(plan_.ladder),
      limits_(plan_.timeout, plan_.idle_timeout, context_.begun),
      suspension_(std::min(plan_.timeout, plan_.idle_timeout), context_.begun),
      input_watch_(plan_.no_input.has_value(), context_.begun),
      spare_{.names = plan_.spare, .session = plan_.shepherd.new_session != 0 ? link_.pid() : ::getsid(0)},
      settling_(stop_.total_grace()) {
    outcome_.containment = {"group", "subreaper", "guard"};
    if (cgroup_) outcome_.containment.emplace_back("cgroup");
    if (plan_.shepherd.pid_namespace != 0) outcome_.containment.emplace_back("pid-namespace");
    outcome_.command = plan_.words.front();
    outcome_.directory = working_directory(plan_.directory);
    outcome_.on_terminal = plan_.terminal.has_value();
    outcome_.survives_no_reader = plan_.survives_no_reader;
    if (link_.launch_error() != 0) {
        on(protocol::Failed{protocol::Stage::exec, link_.launch_error(), 0});
        return;
    }
    pump_.watch(link_.descriptor(), this);
    link_watched_ = true;
    if (parent_ && parent_->descriptor() >= 0) pump_.watch(parent_->descriptor(), this);
    if (context_.neighbours == nullptr && !second_layer_.keep_reserve(link_.descriptor()))
        context_.narrate(1, "cannot keep descriptors in reserve: the limit of open files is reached (raise ulimit -n)");
    context_.narrate(1, fmt::format("started the shepherd ({})", link_.pid()));
}

Session::~Session() {
    if (link_watched_) pump_.unwatch(link_.descriptor());
    if (parent_ && parent_->descriptor() >= 0) pump_.unwatch(parent_->descriptor());
}

void Session::finish() {
    pulse_.end();
    tree_watch_.end(steady_clock::now());
    end_stop_command();
    job_control_.end(outcome_.stop && outcome_.stop->cause != StopCause::orphans);
    if (cgroup_) close_group(*cgroup_, plan_.orphans, outcome_, context_.narrate);
    // Finish makes the guard exit and leave everything that still runs alone. If the shepherd was abandoned (its pid is
    // -1), the guard has to wait for the survivors and gets no Finish.
    if ((plan_.terminal || cgroup_) && link_.pid() > 0) link_.send(protocol::Finish{});
    if (link_watched_) pump_.unwatch(link_.descriptor());
    link_watched_ = false;
    if (second_layer_.active()) link_.kill_shepherd();  // it only watches, and may still guard the terminal and group
    if (context_.neighbours == nullptr) {
        link_.reap(false);
    } else if (const pid_t helper = link_.release(); helper > 0) {
        context_.neighbours->leave(helper);
    }
    // Close the terminal's master only after the shepherd has exited: a hang-up while the session's leader lives
    // reaches every process on the terminal.
    streams_.close();
    outcome_.stamp(context_.begun);
}

Outcome Session::take_outcome() {
    streams_.report_figures(outcome_);
    tree_watch_.conclude(outcome_, context_.begun + outcome_.wall);
    if (const std::string remark = tree_watch_.remark(); !remark.empty()) outcome_.notes.push_back(remark);
    return std::move(outcome_);
}

// ---- applying the lifecycle table

void Session::apply(RunEvent event) {
    const RunTransition transition = advance(state_, event, plan_.orphans);
    state_ = transition.next;
    if (!runs()) pulse_.hide();
    act(transition.action);
}

void Session::act(RunAction action) {
    const TimePoint now = steady_clock::now();
    switch (action) {
        case RunAction::none: break;
        case RunAction::climb:
            begin_stop_record();
            if (!run_stop_command()) climb();
            break;
        case RunAction::kill:
            if (const auto signal = stop_.climb_to_kill()) order(*signal);
            // With neighbours, do not hold them up. The drain is complete when it has ended.
            if (context_.neighbours != nullptr && stop_command_) {
                stop_command_->end(milliseconds(0));
            } else {
                end_stop_command();
            }
            break;
        case RunAction::settle:
            settling_.begin(now);
            stop_.prepare(StopCause::orphans);
            break;
        case RunAction::leave:
            if (!plan_.terminal && !cgroup_) link_.send(protocol::Finish{});  // else finish() sends it
            begin_drain();
            break;
        case RunAction::drain: begin_drain(); break;
        case RunAction::hurry:
            patience_at_ = std::min(patience_at_.value_or(TimePoint::max()), now + least_patience);
            break;
        case RunAction::give_up:
            if (!outcome_.stop) begin_stop_record();  // no signal was sent, but the stop ends the run
            outcome_.reader_given_up = true;
            streams_.give_up();
            finish();
            break;
        case RunAction::finish: finish(); break;
    }
}

void Session::begin_drain() {
    streams_.begin_drain();
    const TimePoint now = steady_clock::now();
    tree_watch_.end(now);
    // After a stop, a reader that takes nothing delays netrunner only until `patience_at_`. Without a stop, netrunner
    // waits as long as the reader needs.
    const bool stopped = outcome_.stop && outcome_.stop->cause != StopCause::orphans;
    // If the command ended by itself while the stop command ran, no step was taken and the ladder has no
    // deadline.
    if (stopped) patience_at_ = outcome_.stop->steps.empty() ? now + least_patience : stop_.patience(now);
    if (all_delivered()) apply(RunEvent::drained);
}

/// The drain is complete only when the stop command has ended too.
bool Session::all_delivered() { return streams_.drained() && !stop_command_; }

void Session::handle(const Wake& wake) {
    if (wake.kind == Wake::Kind::readable && parent_ && wake.descriptor == parent_->descriptor()) {
        lose_parent();
        return;
    }
    if (stop_command_ && stop_command_->is_meant(wake)) {
        stop_command_->attend(wake);
        if (stop_command_->is_over()) end_stop_command();
        return;
    }
    if (wake.kind == Wake::Kind::readable && tree_watch_.handle(wake.descriptor)) return;
    if (wake.kind == Wake::Kind::readable && streams_.is_fed_by(wake.descriptor)) {
        streams_.go_on_feeding();
        return;
    }
    if (wake.kind == Wake::Kind::readable && wake.descriptor == STDIN_FILENO) job_control_.key_pressed();
    if (wake.kind == Wake::Kind::readable && wake.descriptor != STDIN_FILENO) take_shepherd_events();
    if (wake.kind != Wake::Kind::relay) return;
    streams_.attend(*wake.relay);
    if (const auto ending = streams_.take_screen_change()) link_.terminal_record().set_screen_ending(*ending);
    pass_on_end_of_input();
    if (streams_.take_endless_input()) {
        context_.narrate(
            1, "cannot tell the command that its input has ended: in raw mode its terminal has no key for that");
    }
    if (streams_.take_excess()) {
        if (plan_.drops_output) context_.narrate(1, "the output limit is passed: dropping the rest of the output");
        if (!plan_.drops_output && !outcome_.stop) request_stop(StopCause::output_limit);
    }
    if (streams_.lost_reader() != 0 && !outcome_.stop && runs()) {
        // The streams have recorded every other error as a failure.
        if (plan_.survives_no_reader && streams_.lost_reader() == EPIPE) {
            outcome_.failures.emplace_back("cannot write to standard output: " + errno_text(EPIPE));
        }
        request_stop(StopCause::no_reader);
    }
    if (state_ == RunState::draining && all_delivered()) apply(RunEvent::drained);
}

void Session::handle_time() {
    const TimePoint now = steady_clock::now();
    if (is_due(suspension_deadline(), now)) notice_suspension(now);
    if (is_due(pulse_deadline(), now)) pulse_.attend(now, view(), [this] { return tree_watch_.figures(place()); });
    if (is_due(helpers_deadline(), now)) look_after_helpers();
    if (is_due(stop_command_deadline(), now)) end_stop_command();
    if (const auto cause = limits_.exceeded(now, streams_.last_sign()); cause && runs()) request_stop(*cause);
    if (is_due(unread_deadline(), now)) request_stop(StopCause::timeout);
    if (runs() && is_due(input_watch_.deadline(), now)) watch_input(now);
    watch_tree(now);
    if (state_ == RunState::stopping) {
        if (const auto signal = stop_.advance(now)) order(*signal);
    }
    if (state_ == RunState::settling && is_due(settling_.deadline(), now)) check_settling(now);
    if (state_ == RunState::draining && is_due(patience_at_, now)) apply(RunEvent::patience_over);
    if (state_ == RunState::stopping && is_due(second_layer_.deadline(), now)) check_second_layer();
    if (state_ == RunState::stopping && is_due(survivor_watch_.deadline(), now)) check_survivors();
    if (is_due(link_.retry_at(), now)) link_.flush();
}

void Session::watch_input(TimePoint now) {
    const auto reader =
        streams_.master() < 0 ? std::nullopt : find_terminal_reader(tree_watch_.members(place()), streams_.master());
    if (!input_watch_.note(reader ? std::optional(reader->pid) : std::nullopt, now)) return;
    if (plan_.no_input == Options::NoInput::fail) return request_stop(StopCause::no_input);
    context_.narrate(Narrator::no_input,
                     fmt::format("waiting for input that cannot come: {} ({}) reads its terminal, which gets no keys",
                                 reader->name, reader->pid));
}

void Session::watch_tree(TimePoint now) {
    if (const auto cause = tree_watch_.attend(runs(), outputs(), now)) request_stop(*cause);
}

OutputFigures Session::outputs() const {
    return {.output = streams_.passed_output(), .error = streams_.passed_error()};
}

bool Session::runs() const {
    return state_ == RunState::starting || state_ == RunState::running || state_ == RunState::waiting;
}

/// While the session measures no time, it does not look for suspensions, so its last look may be long ago when it
/// begins to measure one.
void Session::begin_turn() {
    if (!std::exchange(has_timers_, suspension_deadline().has_value()) && has_timers_)
        suspension_.restart(steady_clock::now(), processor_wait());
}

std::optional<TimePoint> Session::deadline() const {
    auto next = earlier(earlier(link_.retry_at(), suspension_deadline()), earlier(state_deadline(), pulse_deadline()));
    return earlier(earlier(next, tree_watch_.deadline(runs())), earlier(stop_command_deadline(), helpers_deadline()));
}

std::optional<TimePoint> Session::helpers_deadline() const {
    return helpers_due_ ? std::optional(helpers_look_) : std::nullopt;
}

std::optional<TimePoint> Session::stop_command_deadline() const {
    return stop_command_ ? stop_command_->deadline() : start_due_;
}

std::optional<TimePoint> Session::pulse_deadline() const {
    return runs() && pulse_.wanted() ? pulse_.deadline(view()) : std::nullopt;
}

RunView Session::view() const {
    RunView run{.last_output = streams_.last_activity(), .resumed = limits_.resumed(), .bytes = streams_.passed()};
    if (!cgroup_) return run;
    if (const auto limit = cgroup_->limits().find("memory.max"); limit != cgroup_->limits().end()) {
        run.memory_limit = number_in(limit->second);
    }
    return run;
}

std::optional<TimePoint> Session::state_deadline() const {
    switch (state_) {
        case RunState::starting:
        case RunState::running:
        case RunState::waiting: return earlier(limits_.deadline(streams_.last_sign()), input_watch_.deadline());
        case RunState::settling: return settling_.deadline();
        case RunState::stopping:
            return earlier(stop_.deadline(), earlier(second_layer_.deadline(), survivor_watch_.deadline()));
        case RunState::draining: return patience_at_ ? patience_at_ : unread_deadline();
        case RunState::over: return std::nullopt;
    }
    return std::nullopt;
}

/// Output on demand has no reader whose end could end the drain. So the time limit does, unless a stop already has.
std::optional<TimePoint> Session::unread_deadline() const {
    const bool waits = state_ == RunState::draining && streams_.is_on_demand() && !patience_at_;
    return waits ? limits_.total_end() : std::nullopt;
}

/// Nothing while the session measures no time that a suspension could use up, or if its process looks for all sessions.
std::optional<TimePoint> Session::suspension_deadline() const {
    if (context_.neighbours != nullptr || !state_deadline()) return std::nullopt;
    return suspension_.deadline();
}

// ---- events from the shepherd and the guard

void Session::take_shepherd_events() {
    while (link_watched_) {
        auto event = link_.receive();
        if (!event) return;
        std::visit([&](auto& said) { on(said); }, *event);
    }
}

void Session::on(CommandStarted& event) {
    outcome_.pid = event.pid;
    outcome_.startup = steady_clock::now() - context_.begun;
    context_.narrate(
        1, fmt::format("started {} ({}) as a child of the guard ({})", plan_.words.front(), event.pid, event.guard));
    if (event.standard_input) relayed_input_ = pipe_at(event.standard_input.get());
    streams_.start(event);
    job_control_.begin(event.pid);
    tree_watch_.begin(place(), event.pid, steady_clock::now());
    if (context_.listener != nullptr) context_.listener->started(event.pid, new_timeout_.value_or(plan_.timeout));
    apply(RunEvent::started);
    if (std::exchange(start_due_, std::nullopt) && !run_stop_command()) begin_ladder();
}

void Session::on(const protocol::ChildStopped& event) {
    // Hide the live line before the command gets the terminal or netrunner stops.
    pulse_.hide();
    context_.narrate(1, fmt::format("the command was stopped by {}", signal_name(event.signal)));
    if (context_.listener != nullptr) context_.listener->stopped(event.signal);
    const auto paused = job_control_.command_stopped(event.signal, may_be_stopped(state_));
    if (paused) resume_timers(*paused);
}

/// The run was suspended for `paused`, by job control or otherwise: no timer counts that time.
void Session::resume_timers(Duration paused) {
    const TimePoint now = steady_clock::now();
    if (context_.neighbours == nullptr) suspension_.restart(now, processor_wait());
    outcome_.suspended += paused;
    limits_.pause(paused, now);
    input_watch_.pause(paused);
    pulse_.pause(paused);
    tree_watch_.pause(paused);
    stop_.pause(paused);
    settling_.pause(paused);
    if (patience_at_) *patience_at_ += paused;
    if (survivor_watch_.deadline()) survivor_watch_.begin(now);
}

void Session::notice_suspension(TimePoint now) {
    const Duration suspended = suspension_.look(now, processor_wait());
    if (suspended == Duration::zero()) return;
    context_.narrate(1, fmt::format("netrunner could not run for {}: no limit counts that time",
                                    format_duration(std::chrono::floor<milliseconds>(suspended))));
    resume_timers(suspended);
}

void Session::on(const protocol::ChildContinued& /*event*/) {
    context_.narrate(1, "the command continues");
    if (context_.listener != nullptr) context_.listener->continued();
}

void Session::on(const protocol::ChildExited& event) {
    // If netrunner was stopped, it sees both deaths at once; the shepherd's death then caused the command's. When the
    // shepherd is killed, the kernel hangs up its terminal before the shepherd can be reaped. So before trusting a
    // SIGHUP, wait until the exiting shepherd's status shows whether it was killed.
    const bool hung_up = plan_.terminal && WIFSIGNALED(event.wait_status) && WTERMSIG(event.wait_status) == SIGHUP;
    if (link_.look_after_shepherd() || (hung_up && link_.is_shepherd_being_killed())) lose("shepherd");
    outcome_.usage = event.usage;
    job_control_.command_ended();
    spare_.outlived = !outcome_.stop;
    const TimePoint now = steady_clock::now();
    stop_.command_ended(now);
    tree_watch_.command_ended(event.wait_status, now);
    outcome_.had_terminal = job_control_.had_terminal();
    if (std::holds_alternative<Lost>(outcome_.end)) {
        context_.narrate(1, "the command has ended");  // the stop ended it: its status is not reported
    } else if (WIFEXITED(event.wait_status)) {
        outcome_.end = Exited{WEXITSTATUS(event.wait_status)};
        context_.narrate(1, fmt::format("the command exited with {}", WEXITSTATUS(event.wait_status)));
    } else {
        const int signal = WTERMSIG(event.wait_status);
        outcome_.end = Signaled{signal, WCOREDUMP(event.wait_status) != 0};
        // The command died of a signal that netrunner had forwarded, so that signal cancelled the run.
        if (outcome_.cancelled_by == 0 && (forwarded_ & signal_bit(signal)) != 0) outcome_.cancelled_by = signal;
        context_.narrate(1, fmt::format("the command was killed by {}", signal_name(WTERMSIG(event.wait_status))));
    }
    if (context_.listener != nullptr) context_.listener->ended(outcome_.end);
    apply(event.tree_empty != 0 ? RunEvent::exited_alone : RunEvent::exited_leaving);
}

void Session::on(const protocol::OrphanFound& event) {
    record_orphan(
        {.pid = event.pid, .name = text_of(event.name), .command = text_of(event.command), .ended_by = event.signal});
}

void Session::on(const protocol::OrphanSpared& event) {
    record_spared({.pid = event.pid, .name = text_of(event.name), .command = text_of(event.command)});
}

void Session::on(const protocol::TreeEmpty& event) {
    outcome_.usage = event.usage;
    apply(RunEvent::tree_empty);
}

void Session::on(const protocol::StopRequested& event) {
    context_.narrate(
        1, fmt::format("the {} received {}", event.receiver == protocol::Receiver::guard ? "guard" : "shepherd",
                       signal_name(event.signal)));
    cancel({.signal = event.signal, .receiver = event.receiver}, steady_clock::now());
}

void Session::on(const protocol::Failed& event) {
    outcome_.end = describe_start_failure(event, plan_.words.front(), cgroup_ ? cgroup_->path() : "");
    apply(RunEvent::failed);
}

void Session::stop_by(int signal) {
    if (!over()) cancel({.signal = signal}, steady_clock::now());
}

// ---- stopping

void Session::request_stop(StopCause cause, std::optional<int> first_signal) {
    stop_.prepare(cause, first_signal);
    if (state_ == RunState::draining && cause == StopCause::output_limit) {
        // The tree is empty, so there is nothing to signal. The streams already discard the output beyond the limit.
        begin_stop_record();
        return;
    }
    apply(RunEvent::stop);
}

void Session::climb() {
    order(stop_.begin(steady_clock::now()));
    if (const auto held = stop_.take_held()) pass_on_order(*held);
}

/// Climbs after the stop command, unless the ladder has begun or the stop is over.
void Session::begin_ladder() {
    if (state_ == RunState::stopping && outcome_.stop->steps.empty()) climb();
}

/// Sends a signal where the last step of the stop went.
void Session::pass_on_order(int signal) {
    forward(stop_.addresses_command() ? Scope::command_step : Scope::tree, {.number = signal});
}

/// Starts the --on-timeout or --on-stop command, or waits until it is known that the command runs. False if there is
/// none for this stop, the command has ended, or the start failed.
bool Session::run_stop_command() {
    const auto hook = hook_for(stop_.cause(), plan_);
    if (!hook || job_control_.has_command_ended()) return false;
    if (!outcome_.pid) {
        // The command may run already, before the guard's message is here.
        start_due_ = steady_clock::now() + start_patience;
        return true;
    }
    try {
        stop_command_ = std::make_unique<StopCommand>(
            StopCommand::Request{*hook, *outcome_.pid, cause_name(stop_.cause())}, pump_, this,
            RelayDuties{.live_line = context_.live_line, .position = context_.position});
    } catch (const std::system_error& failure) {
        outcome_.failures.push_back(failure_text(failure));
        return false;
    }
    context_.narrate(1, fmt::format("started the {} command ({})", hook->option, stop_command_->pid()));
    stop_.delayed(steady_clock::now());
    return true;
}

void Session::end_stop_command() {
    if (!stop_command_ && !start_due_) return;
    start_due_.reset();
    if (stop_command_) {
        stop_command_->end();
        outcome_.on_stop = stop_command_->record();
        stop_command_.reset();
        context_.narrate(1, fmt::format("the stop command ended with status {}", outcome_.on_stop->status));
    }
    begin_ladder();
    if (state_ == RunState::draining && all_delivered()) apply(RunEvent::drained);
}

void Session::lose_parent() {
    context_.narrate(1, "the process that started netrunner has ended");
    if (parent_->descriptor() >= 0) pump_.unwatch(parent_->descriptor());
    parent_.reset();
    if (runs()) request_stop(StopCause::parent_died);
}

/// Called at each signal: without pidfds, a signal tells that the parent has ended.
void Session::look_after_parent() {
    if (parent_ && parent_->descriptor() < 0 && parent_->has_ended()) lose_parent();
}

void Session::fail(const std::string& why) {
    if (std::ranges::find(outcome_.failures, why) == outcome_.failures.end()) outcome_.failures.push_back(why);
    outcome_.failed = true;
    // Close the streams: the failure may have left a relay unable to work. A command that writes afterwards finds a
    // closed pipe.
    streams_.close();
    request_stop(StopCause::failure);
    if (state_ == RunState::draining) apply(RunEvent::drained);
}

void Session::begin_stop_record() {
    outcome_.stop = StopRecord{.cause = stop_.cause(), .steps = {}, .limit = exceeded(plan_, stop_.cause())};
    if (new_timeout_ && stop_.cause() == StopCause::timeout) outcome_.stop->limit = format_duration(*new_timeout_);
    outcome_.stop->used = tree_watch_.used(stop_.cause());
}

void Session::cancel(const Stop::Order& order, TimePoint at) {
    const auto answer = stop_.ordered(order, at, state_ == RunState::stopping);
    outcome_.outer_tells = stop_.is_part_of_outer_stop();
    if (answer == Stop::Answer::nothing) return;
    if (outcome_.cancelled_by == 0) outcome_.cancelled_by = order.signal;
    switch (answer) {
        case Stop::Answer::nothing: break;
        case Stop::Answer::begin: request_stop(StopCause::cancelled, order.signal); break;
        case Stop::Answer::pass_on: pass_on_order(order.signal); break;
        case Stop::Answer::step: take_outer_step(order.signal); break;
        case Stop::Answer::insist: apply(RunEvent::insist); break;
    }
}

/// Sends a signal of the outer run's stop where this run's last step went. The stop command has no more time;
/// after it the ladder sends its first signal, and the command does not get that one twice.
void Session::take_outer_step(int signal) {
    const bool sent_before = !outcome_.stop->steps.empty();
    end_stop_command();
    if (sent_before || outcome_.stop->steps.back().signal != signal) order({signal, stop_.addresses_command()});
}

void Session::handle(const SignalEvent& signal, TimePoint at) {
    if (over()) return;
    look_after_parent();
    // The kernel sends SIGXFSZ, in this process's own name, for a write of netrunner that exceeds RLIMIT_FSIZE. The
    // stream reports the failed write (EFBIG); the signal is not for the command.
    if (signal.number == SIGXFSZ && signal.sender == ::getpid()) return;
    context_.narrate(1,
                     fmt::format("received {} from {}{}", signal_name(signal.number),
                                 signal.outer_step > 0 ? "the outer run's guard " : "",
                                 signal.from_kernel ? "the terminal or the kernel" : fmt::format("{}", signal.sender)));
    if (signal.outer_step > 0) {
        cancel({.signal = signal.number, .outer_step = signal.outer_step}, at);
        return;
    }
    // If a process of the command's group sends a signal to all processes (`kill -1`), the signal reaches the command
    // directly and is not forwarded. An order to end is obeyed whatever its sender.
    const bool own = signal.sender > 0 && outcome_.pid && ::getpgid(signal.sender) == *outcome_.pid;
    const bool ignored = (plan_.shepherd.ignored & signal_bit(signal.number)) != 0;
    const SignalMeaning meaning = meaning_of(signal, ignored);
    if (own && meaning != SignalMeaning::order) return;
    switch (meaning) {
        case SignalMeaning::order: cancel({.signal = signal.number}, at); return;
        case SignalMeaning::to_command:
            // When the terminal hangs up, the shell may send SIGHUP before the kernel does, and two pending SIGHUPs
            // merge into one. So if the controlling terminal can no longer be opened, SIGHUP is an order to end.
            if (signal.number == SIGHUP && !ignored && plan_.has_terminal && !Terminal::controlling()) {
                cancel({.signal = signal.number}, at);
            } else {
                forward(Scope::command, signal);
            }
            return;
        case SignalMeaning::to_group:
            if (!job_control_.has_command_ended() || ignored) {
                // With neighbours, the process stops itself, once for all sessions.
                if (signal.number == SIGTSTP && context_.neighbours == nullptr) job_control_.asked_to_stop();
                if (signal.number != SIGTSTP && !ignored) outcome_.interrupted = true;
                break;
            }
            // The command has ended, so a key that is typed now is meant for netrunner (docs/decisions/0012).
            if (signal.number != SIGTSTP) {
                cancel({.signal = signal.number}, at);
            } else if (context_.neighbours == nullptr) {
                pulse_.hide();
                if (const auto paused = job_control_.stop_alone()) resume_timers(*paused);
            }
            return;
        case SignalMeaning::continued:
            if (!outcome_.pid) break;
            job_control_.continuing(true);
            take_shepherd_events();
            job_control_.continuing(false);
            if (!over()) job_control_.continued();
            return;
        case SignalMeaning::resized:
            if (outcome_.pid && job_control_.resized(signal.from_kernel)) return;
            break;
    }
    forward(Scope::group, signal);
}

void Session::forward(Scope scope, const SignalEvent& signal) {
    if (!link_watched_) return;
    forwarded_ |= signal_bit(signal.number);
    link_.send(protocol::Kill{.scope = scope,
                              .signal = signal.number,
                              .has_value = static_cast<std::uint8_t>(signal.has_value ? 1 : 0),
                              .value = signal.value});
}

void Session::order(StopSignal signal) {
    const TimePoint now = steady_clock::now();
    outcome_.stop->steps.push_back({signal.number, now - context_.begun, signal.to_command});
    if (signal.number == SIGKILL && !signal.to_command) survivor_watch_.begin(now);
    if (context_.listener != nullptr) context_.listener->stepped(outcome_.stop->cause, signal.number);
    context_.narrate(1, fmt::format("sending {} to {} {}", signal_name(signal.number),
                                    outcome_.pid ? fmt::format("{}", *outcome_.pid) : "the command",
                                    signal.to_command ? "alone" : "and all its descendants"));
    if (second_layer_.active()) {
        signal_tree(signal);
    } else {
        link_.send(
            protocol::Kill{.scope = signal.to_command ? Scope::command_step : Scope::tree, .signal = signal.number});
        // Another process may have stopped the shepherd, which then does not continue a stopped guard; or, if the
        // shepherd is lost, the guard, which then does not carry out the order.
        if (link_.pid() > 0) ::kill(link_.pid(), SIGCONT);
    }
}

void Session::record_orphan(Orphan orphan) {
    const auto known = std::ranges::find(outcome_.orphans, orphan.pid, &Orphan::pid);
    if (known != outcome_.orphans.end()) {
        known->ended_by = orphan.ended_by;
        return;
    }
    context_.narrate(1, fmt::format("found orphan {}: sending {}", orphan.shown(), signal_name(orphan.ended_by)));
    if (context_.listener != nullptr) context_.listener->found(orphan);
    outcome_.orphans.push_back(std::move(orphan));
}

void Session::record_spared(Orphan left) {
    context_.narrate(1, fmt::format("left {} running (--spare)", left.shown()));
    outcome_.spared.push_back(std::move(left));
}

/// Without the command's group.
Tree Session::tree() const {
    if (second_layer_.active()) return second_layer_.tree();
    return {.root = link_.root(), .strangers = context_.strangers, .spare = spare_};
}

JobGroup* Session::job_group() { return cgroup_ ? &cgroup_->job() : nullptr; }

void Session::check_settling(TimePoint now) {
    const auto since = [&](std::optional<TimePoint> last) { return last && *last >= settling_.last_look(); };
    const bool blocked = since(streams_.last_blocked());
    const bool writes = blocked || since(streams_.last_activity());
    const bool fed = has_fed_process(tree(), std::array{pipe_at(STDIN_FILENO), relayed_input_});
    const bool held_up = fed && (blocked || is_an_output_full());
    switch (settling_.look(now, {.held_up = held_up, .works = writes || fed})) {
        case Settling::Answer::go_on: return;
        case Settling::Answer::settled: break;
        case Settling::Answer::cut_short:
            if (writes) streams_.lose_rest();
            break;
    }
    apply(RunEvent::settled);
}

}  // namespace netrunner
