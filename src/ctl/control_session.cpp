#include "src/ctl/control_session.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

using Command = CtlOptions::Command;

/// Of `write`: so much that the request stays below the 64 KiB that a run takes from a connection at once, also as
/// base64.
constexpr std::size_t longest_piece = std::size_t{45} * 1024;

std::optional<TimePoint> in_five_seconds() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

CtlResult refused(const ControlReply& reply) {
    return {.status = 1, .problem = *reply.problem, .not_heard = !reply.is_answer};
}

}  // namespace

CtlResult ControlSession::carry_out(const CtlOptions& options) {
    switch (options.command) {
        case Command::events: return follow_events(options);
        case Command::write: return write(options);
        case Command::read: return read(options);
        default: return ask(options);
    }
}

void ControlSession::print_line(const std::string& line) const { streams_.print(line + '\n'); }

ControlSession::Answer ControlSession::answer_to(const std::string& request, bool in_time) {
    const auto until = in_time ? in_five_seconds() : std::nullopt;
    connection_.send(request, until);
    while (auto line = connection_.receive(until, streams_.output)) {
        Answer answer{*line, parse_reply(*line)};
        // A line with a problem and without our number says why the run does not take requests from us.
        if (answer.reply.is_answer || (answer.reply.event.empty() && answer.reply.problem)) return answer;
    }
    throw std::runtime_error(
        "the run has closed the connection without an answer (netrunner ps shows whether it still runs)");
}

CtlResult ControlSession::ask(const CtlOptions& options) {
    const Answer answer = answer_to(request_line(options), true);
    if (options.as_json) print_line(answer.line);
    if (answer.reply.problem) return refused(answer.reply);
    if (!options.as_json) {
        const std::string text = render_reply(options.command, answer.line);
        if (!text.empty()) streams_.print(text);
    }
    return {};
}

CtlResult ControlSession::follow_events(const CtlOptions& options) {
    connection_.send(request_line(options), in_five_seconds());
    auto until = in_five_seconds();
    bool ended = false;
    while (const auto line = connection_.receive(until, streams_.output)) {
        const ControlReply reply = parse_reply(*line);
        if (reply.problem) {
            if (options.as_json) print_line(*line);
            return refused(reply);
        }
        until.reset();
        if (reply.event.empty()) continue;
        print_line(*line);
        ended = reply.event == "end";
    }
    if (ended) return {};
    return {.status = 1,
            .problem = "the events end without 'end': the run's netrunner was killed, or has dropped this reader"};
}

CtlResult ControlSession::write_piece(std::string_view bytes, bool as_json) {
    const Answer answer = answer_to(write_request(bytes), false);
    if (as_json) print_line(answer.line);
    return answer.reply.problem ? refused(answer.reply) : CtlResult{};
}

CtlResult ControlSession::write(const CtlOptions& options) {
    if (options.text) {
        CtlResult result;
        std::string_view left = *options.text;
        do {
            result = write_piece(left.substr(0, longest_piece), options.as_json);
            left.remove_prefix(std::min(left.size(), longest_piece));
        } while (!left.empty() && result.status == 0);
        return result;
    }
    std::array<char, longest_piece> piece;
    while (connection_.wait_for_input(streams_.input)) {
        const auto got = IoResult::of(true, [&] { return ::read(streams_.input, piece.data(), piece.size()); });
        if (got.status == IoResult::Status::would_block) continue;
        if (got.status == IoResult::Status::end) return {};
        if (got.status == IoResult::Status::failed)
            throw std::runtime_error("cannot read standard input: " + errno_text(got.error));
        CtlResult result = write_piece({piece.data(), got.bytes}, options.as_json);
        if (result.status != 0) return result;
    }
    return {.status = 1, .problem = "the run has ended before all of standard input was written to it"};
}

CtlResult ControlSession::read(const CtlOptions& options) {
    for (Size left = options.most; left > 0;) {
        const Answer answer = answer_to(read_request(options.stream, left), false);
        if (options.as_json) print_line(answer.line);
        if (answer.reply.problem) return refused(answer.reply);
        if (!options.as_json && !answer.reply.data.empty()) streams_.print(answer.reply.data);
        if (answer.reply.is_end) break;
        if (answer.reply.data.empty()) throw std::runtime_error("the run answers a read without data");
        if (left != unlimited) left -= std::min<Size>(left, answer.reply.data.size());
    }
    return {};
}

}  // namespace netrunner
