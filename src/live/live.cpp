#include "src/live/live.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "src/live/event_place.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;
using Kind = EventQueue::Kind;

constexpr std::size_t most_connections = 8;
constexpr std::chrono::seconds output_interval{1};
/// How long a process that reads an output may take to ask for its end after the run.
constexpr std::chrono::seconds linger{1};

bool is_regular(int fd) {
    struct stat info {};
    return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

Live::Live(const Options& options, const LaunchPlan& plan, TimePoint begun)
    : EventTeller(EventLines(::getpid(), begun), options.command) {
    using Mode = StreamChoice::Mode;
    streams_.push_back({.asked = output_, .is_error = false, .is_offered = plan.standard_output.mode == Mode::control});
    streams_.push_back({.asked = error_, .is_error = true, .is_offered = plan.standard_error.mode == Mode::control});
    const bool is_one = options.events && options.control && options.events->descriptor &&
                        options.events->descriptor == options.control->descriptor;
    if (options.events && !is_one) {
        const auto until = plan.timeout == forever ? std::nullopt : std::optional(steady_clock::now() + plan.timeout);
        events_.emplace(open_event_place(*options.events, until), lines());
    }
    if (options.control) open_control(*options.control, plan);
    if (is_one) connections_.front().is_subscribed = true;
}

Live::~Live() { leave(); }

void Live::open_control(const Endpoint& place, const LaunchPlan& plan) {
    if (!place.descriptor) {
        socket_.emplace(place.path);
        return;
    }
    const int fd = *place.descriptor;
    refuse_unusable("--control", fd, false);
    if (is_regular(fd)) {
        throw UsageError(
            fmt::format("--control {}: the descriptor is a regular file (expected a socket or a pipe)", fd));
    }
    const bool is_answered = is_socket(fd);
    const bool moves_data =
        plan.standard_input.mode == StreamChoice::Mode::control || std::ranges::any_of(streams_, &Stream::is_offered);
    if (!is_answered && !events_ && moves_data) {
        throw UsageError(fmt::format(
            "--control {} is no socket, so replies go to --events, which is missing (the streams with the mode control "
            "need replies)",
            fd));
    }
    connections_.emplace_back(
        fd, lines(), events_ ? &*events_ : nullptr,
        ControlConnection::Rights{.is_leash = true, .peer = is_answered ? peer_of(fd) : std::nullopt});
}

void Live::join(Pump& pump) {
    pump_ = &pump;
    if (events_) events_->join(pump, this);
    // Only arrivals: if a connection cannot be accepted, the socket stays readable.
    if (socket_) pump.watch_arrivals(socket_->descriptor(), this);
    for (ControlConnection& each : connections_) each.join(pump, this);
}

void Live::leave() {
    if (pump_ == nullptr) return;
    if (events_) events_->leave();
    if (socket_) pump_->unwatch(socket_->descriptor());
    for (ControlConnection& each : connections_) each.leave();
    pump_ = nullptr;
}

// ---- connections

void Live::accept_visitors() {
    while (Descriptor visitor = socket_->accept()) {
        const auto peer = peer_of(visitor.get());
        Descriptor answers(::fcntl(visitor.get(), F_DUPFD_CLOEXEC, 0));
        if (const auto refusal = refuse_visitor(peer, answers)) {
            const std::string line = error_reply(*refusal);
            (void)::send(visitor.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            continue;
        }
        // A command must not lift its own limit. Whether the peer is below the command is looked at now: a process that
        // has ended by the time it asks could not be told from another one with its pid.
        const bool may_lift = run_ == nullptr || !run_->is_below_command(peer->pid);
        connections_
            .emplace_back(std::move(visitor), std::move(answers), lines(),
                          ControlConnection::Rights{.may_lift = may_lift, .peer = peer})
            .join(*pump_, this);
    }
}

/// Why a process that has connected is not served; nothing if it is.
std::optional<ControlError> Live::refuse_visitor(const std::optional<SocketPeer>& peer,
                                                 const Descriptor& answers) const {
    if (!peer || (peer->uid != ::geteuid() && peer->uid != 0)) {
        return ControlError{.code = "not-permitted", .message = "the run belongs to another user"};
    }
    if (connections_.size() >= most_connections) {
        return ControlError{.code = "too-many-connections",
                            .message = fmt::format("{} processes are connected already", most_connections)};
    }
    if (!answers) {
        return ControlError{.code = "too-many-connections",
                            .message = "netrunner has no descriptor left for another connection (raise ulimit -n)"};
    }
    return std::nullopt;
}

void Live::handle(const Wake& wake) {
    if (wake.kind != Wake::Kind::readable) return;
    if (socket_ && wake.descriptor == socket_->descriptor()) return accept_visitors();
    if (events_ && wake.descriptor == events_->descriptor()) return events_->flush();
    for (ControlConnection& each : connections_) {
        if (each.is_meant(wake.descriptor)) return serve(each);
    }
}

void Live::serve(ControlConnection& connection) {
    connection.flush();
    connection.read([&](std::optional<std::string_view> line) { answer_line(connection, line); });
}

void Live::forget(const ControlConnection& connection) {
    for (Stream& stream : streams_) {
        if (!stream.waiting || stream.waiting->from != &connection) continue;
        stream.asked.withdraw();
        stream.waiting.reset();
    }
    if (writing_ && writing_->from == &connection) writing_->from = nullptr;
    std::erase_if(held_, [&](const HeldLine& each) { return each.from == &connection; });
}

/// The leash's end was closed. A stop that goes on now does not prevent a further attempt, so that each attempt, and
/// each wait for one, is told too.
void Live::close_leash() {
    if (std::exchange(is_leash_closed_, true)) return;
    if (run_ != nullptr) run_->control_closed();
}

void Live::drop_ended() {
    for (auto each = connections_.begin(); each != connections_.end();) {
        const bool owes = (writing_ && writing_->from == &*each) || std::ranges::any_of(streams_, [&](const Stream& s) {
                              return s.waiting && s.waiting->from == &*each;
                          });
        // A client may close the half that sends, and wait for its answers and events.
        const bool waits = owes || !each->is_written() || each->is_subscribed;
        const bool is_over = each->is_gone() || each->has_ended();
        if (is_over && each->rights().is_leash) close_leash();
        if (!is_over || (waits && !each->is_gone())) {
            ++each;
            continue;
        }
        forget(*each);
        each = connections_.erase(each);
    }
}

// ---- requests

namespace {

bool needs_command(const ControlCommand& command) {
    return std::holds_alternative<SendSignal>(command) || std::holds_alternative<ResizeWindow>(command) ||
           std::holds_alternative<CloseInput>(command) || std::holds_alternative<WriteInput>(command);
}

std::string shown(const std::string& id, const ControlledRun::Answer& answer) {
    return answer ? error_reply({.id = id, .code = answer->code, .message = answer->message}) : ok_reply(id);
}

std::string status_reply(const std::string& id, const RunStatus& status, const OutputFigures& outputs) {
    JsonObject fields;
    fields.add("state", status.state).add("pid", status.pid).add_seconds("elapsed", status.elapsed);
    fields.add_seconds("timeout", status.timeout.value_or(forever));
    fields.add("processes", status.processes).add("memory", status.memory);
    fields.add("stdout", outputs.output).add("stderr", outputs.error);
    fields.add("stop", status.stop ? std::optional(cause_name(*status.stop)) : std::nullopt);
    return ok_reply(id, fields);
}

}  // namespace

void Live::answer_line(ControlConnection& connection, std::optional<std::string_view> line) {
    const auto hold = [&] { held_.push_back({&connection, line ? std::optional<std::string>(*line) : std::nullopt}); };
    if (connection.is_held) return hold();
    std::string answer;
    if (!line) {
        answer = error_reply(line_too_long());
    } else if (const auto parsed = parse_control(*line); const auto* wrong = std::get_if<ControlError>(&parsed)) {
        answer = error_reply(*wrong);
    } else if (const auto& request = std::get<ControlRequest>(parsed); starting_ && needs_command(request.command)) {
        // A client cannot know when the command runs, so its request waits for that.
        connection.is_held = true;
        return hold();
    } else {
        answer = carry_out(connection, request);
    }
    if (LineWriter* const to = connection.answers(); to != nullptr && !answer.empty()) {
        to->queue().add(Kind::reply, std::move(answer), steady_clock::now());
    }
}

/// The requests that waited for the command: it runs now, or will not.
void Live::answer_held() {
    for (ControlConnection& each : connections_) each.is_held = false;
    for (const HeldLine& each : std::exchange(held_, {})) {
        answer_line(*each.from, each.line ? std::optional<std::string_view>(*each.line) : std::nullopt);
    }
}

/// Carries out one request. Each overload returns the reply, or nothing if it follows later.
struct Live::Carrier {
    Live& live;
    ControlConnection& from;
    const std::string& id;

    [[nodiscard]] ControlledRun& run() const { return *live.run_; }
    [[nodiscard]] std::string refuse(const char* code, std::string message) const {
        return error_reply({.id = id, .code = code, .message = std::move(message)});
    }

    std::string operator()(const AskStatus& /*unused*/) const {
        return status_reply(id, run().status(), run().outputs());
    }
    std::string operator()(const SubscribeEvents& /*unused*/) const {
        if (from.writer() == nullptr) return refuse("bad-request", "the events go to --events already");
        from.is_subscribed = true;
        return ok_reply(id);
    }
    std::string operator()(const SendSignal& asked) const { return shown(id, run().pass_on(asked.signal)); }
    std::string operator()(const StopRun& /*unused*/) const { return shown(id, run().stop()); }
    std::string operator()(const ResizeWindow& asked) const { return shown(id, run().resize(asked.size)); }
    std::string operator()(const CloseInput& /*unused*/) const { return shown(id, run().end_input()); }

    std::string operator()(const ExtendLimit& asked) const {
        std::optional<LimitChange::Peer> by;
        if (const auto& peer = from.rights().peer) by = {.uid = peer->uid, .pid = peer->pid};
        const auto answer = run().extend(asked.adds, asked.time, by);
        if (const auto* refused = std::get_if<Refusal>(&answer)) return shown(id, *refused);
        JsonObject fields;
        fields.add_seconds("timeout", std::get<Duration>(answer));
        return ok_reply(id, fields);
    }

    std::string operator()(const WriteInput& asked) const {
        if (const auto refused = run().write(asked.bytes)) return shown(id, refused);
        live.writing_ = Waiting{.from = &from, .id = id};
        return "";
    }

    std::string operator()(const ReadOutput& asked) const {
        Stream& stream = live.streams_[asked.error_stream ? 1 : 0];
        if (!stream.is_offered) {
            return refuse("no-output", asked.error_stream
                                           ? "requests do not read standard error (run --stderr control)"
                                           : "requests do not read standard output (run --stdout control)");
        }
        if (from.answers() == nullptr) return refuse("no-replies", "a pipe takes no replies (use a socket)");
        if (stream.waiting || !stream.asked.ask(asked.max)) {
            return refuse("busy", "the read before this one has not been answered yet");
        }
        stream.waiting = Waiting{.from = &from, .id = id};
        run().nudge_outputs();
        return "";
    }
};

std::string Live::carry_out(ControlConnection& connection, const ControlRequest& request) {
    const Carrier carrier{*this, connection, request.id};
    const bool lifts = std::holds_alternative<ExtendLimit>(request.command) ||
                       std::holds_alternative<WriteInput>(request.command) ||
                       std::holds_alternative<ReadOutput>(request.command);
    if (lifts && !connection.rights().may_lift) {
        return carrier.refuse("not-permitted", "a process of the run may not extend its limit, nor use its streams");
    }
    if (const auto* asked = std::get_if<ReadOutput>(&request.command); asked != nullptr && is_over_) {
        Stream& stream = streams_[asked->error_stream ? 1 : 0];
        stream.has_told_end = true;
        if (stream.is_offered) return end_reply(request.id);
    }
    if (run_ == nullptr) return carrier.refuse("not-running", "the command does not run yet, or has ended");
    return std::visit(carrier, request.command);
}

void Live::answer_waiting() {
    const TimePoint now = steady_clock::now();
    const auto answer = [&](const Waiting& waiting, std::string line) {
        if (waiting.from == nullptr) return;
        if (LineWriter* const to = waiting.from->answers()) to->queue().add(Kind::reply, std::move(line), now);
    };
    for (Stream& stream : streams_) {
        if (!stream.waiting) continue;
        if (auto bytes = stream.asked.take_answer()) {
            const Waiting waiting = *std::exchange(stream.waiting, std::nullopt);
            answer(waiting, data_reply(waiting.id, *bytes, false));
        } else if (run_ == nullptr || run_->has_ended(stream.is_error)) {
            stream.asked.withdraw();
            stream.has_told_end = true;
            answer(*stream.waiting, end_reply(stream.waiting->id));
            stream.waiting.reset();
        }
    }
    if (!writing_) return;
    const auto result = run_ == nullptr ? std::optional(ECANCELED) : run_->take_written();
    if (!result) return;
    const Waiting waiting = *std::exchange(writing_, std::nullopt);
    answer(waiting, *result == 0 ? ok_reply(waiting.id)
                                 : error_reply({.id = waiting.id,
                                                .code = "closed",
                                                .message = "the command has closed its input, or has ended"}));
}

// ---- events

bool Live::has_reader() const {
    return events_.has_value() ||
           std::ranges::any_of(connections_, [](const ControlConnection& each) { return each.is_subscribed; });
}

void Live::tell(Kind kind, std::string line) {
    const TimePoint now = steady_clock::now();
    for (ControlConnection& each : connections_) {
        if (each.is_subscribed && each.writer() != nullptr) each.writer()->queue().add(kind, line, now);
    }
    if (events_) events_->queue().add(kind, std::move(line), now);
}

void Live::tell_bytes() {
    if (run_ != nullptr) tell_output(run_->outputs());
}

void Live::started(pid_t command, Duration timeout) {
    EventTeller::started(command, timeout);
    next_output_ = steady_clock::now() + output_interval;
    starting_ = false;
}

// ---- turns

std::optional<TimePoint> Live::deadline() const {
    if (linger_until_) return linger_until_;
    return has_reader() ? next_output_ : std::nullopt;
}

void Live::attend() {
    const TimePoint now = steady_clock::now();
    if (is_due(next_output_, now)) {
        tell_bytes();
        next_output_ = now + output_interval;
    }
    if (!starting_ && !held_.empty()) answer_held();
    answer_waiting();
    flush();
    const std::size_t before = connections_.size();
    const bool had_leash = !is_leash_closed_;
    drop_ended();
    if (had_leash && is_leash_closed_) flush();  // the events of the stop
    if (socket_ && connections_.size() < before) accept_visitors();
}

void Live::flush() {
    if (events_) events_->flush();
    for (ControlConnection& each : connections_) each.flush();
}

void Live::control(ControlledRun* run, bool starts) {
    if (run == nullptr) {
        tell_bytes();
        next_output_.reset();
    }
    starting_ = run != nullptr && starts;
    run_ = run;
    if (run_ != nullptr && is_leash_closed_) run_->control_closed();
}

bool Live::lingers() {
    if (!std::exchange(is_over_, true)) linger_until_ = steady_clock::now() + linger;
    attend();
    const bool can_ask = !std::ranges::all_of(connections_, &ControlConnection::has_ended);
    // A command without output may end before the first request for it comes.
    const bool is_awaited = can_ask && std::ranges::any_of(streams_, [](const Stream& each) {
                                return each.is_offered && !each.has_told_end;
                            });
    if (is_awaited && steady_clock::now() < *linger_until_) return true;
    linger_until_.reset();
    return false;
}

std::optional<EventFigures> Live::settle(TimePoint until) {
    if (!events_) return std::nullopt;
    events_->flush_until(until);
    const EventQueue::Figures figures = events_->queue().figures();
    return EventFigures{.written = figures.written, .dropped = figures.dropped};
}

void Live::end(int status, std::string_view report, TimePoint until) {
    if (socket_) socket_->remove();
    if (has_reader()) tell_end(status, report);
    if (events_) events_->flush_until(until);
    for (ControlConnection& each : connections_) {
        if (each.writer() != nullptr) each.writer()->flush_until(until);
    }
}

}  // namespace netrunner
