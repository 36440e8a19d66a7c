// One line of --control as a request, or as the error to reply with (docs/events.schema.json). The values have the
// grammar of the command line. Whether a request may and can be carried out is decided by its caller. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "src/system/window_size.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct AskStatus {};
struct SubscribeEvents {};
/// To the command's process group.
struct SendSignal {
    int signal = 0;
};
/// With the ladder.
struct StopRun {};
struct ExtendLimit {
    bool adds = false;  ///< to the limit; else it is the new limit, `forever` for none
    Duration time{};    ///< more than 0; ends, if it adds
};
struct ResizeWindow {
    WindowSize size;
};
struct CloseInput {};
struct WriteInput {
    std::string bytes;
};
struct ReadOutput {
    static constexpr std::size_t most = 64 * 1024;
    bool error_stream = false;
    std::size_t max = most;  ///< from 1 to `most`
};

using ControlCommand = std::variant<AskStatus, SubscribeEvents, SendSignal, StopRun, ExtendLimit, ResizeWindow,
                                    CloseInput, WriteInput, ReadOutput>;

struct ControlRequest {
    std::string id{};  ///< a string or number as JSON text, for the reply; empty: none
    ControlCommand command{};
};

struct ControlError {
    std::string id{};     ///< as in ControlRequest
    std::string code;     ///< for programs: words with hyphens
    std::string message;  ///< for people: one line
};

/// `line`: without its newline. The codes of the errors are bad-json, missing-argument, unknown-command, unknown-key
/// and bad-argument.
std::variant<ControlRequest, ControlError> parse_control(std::string_view line);

/// The error for a line that a LineSplitter has found too long.
ControlError line_too_long();

}  // namespace netrunner
