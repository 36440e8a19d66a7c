#include "src/session/session_requests.hpp"

#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace netrunner {
namespace {

Refusal not_running() { return {.code = "not-running", .message = "the command does not run yet, or has ended"}; }

}  // namespace

OutputFigures SessionRequests::outputs() const {
    return {.output = session_.streams().passed_output(), .error = session_.streams().passed_error()};
}

ControlledRun::Answer SessionRequests::pass_on(int signal) {
    if (!session_.has_command()) return not_running();
    session_.pass_on(signal);
    return std::nullopt;
}

ControlledRun::Answer SessionRequests::stop() {
    session_.stop_by_request();
    return std::nullopt;
}

std::variant<Duration, Refusal> SessionRequests::extend(bool adds, Duration by, std::optional<LimitChange::Peer> peer) {
    if (!session_.runs()) {
        return Refusal{.code = "not-running", .message = "the command has ended, or is being stopped"};
    }
    const RunStatus now = session_.status();
    if (adds && !now.timeout) {
        return Refusal{.code = "no-timeout",
                       .message = "the run has no time limit to add to (set one with 'to'; for ctl: extend =10m)"};
    }
    if (!adds && by <= now.elapsed) {
        return Refusal{.code = "bad-argument",
                       .message = fmt::format("the run has already taken {}: expected a longer limit than that",
                                              format_duration(now.elapsed))};
    }
    return session_.extend(adds, by, peer).value_or(by);
}

ControlledRun::Answer SessionRequests::resize(WindowSize size) {
    if (!session_.has_terminal()) {
        return Refusal{.code = "no-terminal", .message = "the command runs on no terminal of its own (run --pty)"};
    }
    if (!session_.has_command()) return not_running();
    session_.resize(size);
    return std::nullopt;
}

ControlledRun::Answer SessionRequests::end_input() {
    if (!session_.has_command()) return not_running();
    if (!session_.streams().end_input()) {
        return Refusal{.code = "no-input",
                       .message = "the command's input does not go through netrunner, or has ended already"};
    }
    session_.pass_on_end_of_input();
    return std::nullopt;
}

ControlledRun::Answer SessionRequests::write(std::string text) {
    if (!session_.has_command()) return not_running();
    switch (session_.streams().feed(std::move(text))) {
        case Streams::Feeding::begun: return std::nullopt;
        case Streams::Feeding::busy:
            return Refusal{.code = "busy", .message = "the write before this one has not been answered yet"};
        case Streams::Feeding::closed: break;
    }
    return Refusal{.code = "no-input",
                   .message = "the command's input is closed, or requests do not write it (run --stdin control)"};
}

std::optional<int> SessionRequests::take_written() {
    const auto result = session_.streams().take_fed();
    session_.pass_on_end_of_input();
    return result;
}

}  // namespace netrunner
