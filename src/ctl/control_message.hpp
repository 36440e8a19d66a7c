// The lines of a run's control, as a visitor writes and reads them (netrunner-live(7)). ctl calls it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/cli/ctl_options.hpp"

namespace netrunner {

/// The request for the command, with its newline. `write` and `read` have requests of their own.
std::string request_line(const CtlOptions& options);
/// `bytes`: as text if they are UTF-8 and JSON needs not much more room for them, else as base64.
std::string write_request(std::string_view bytes);
std::string read_request(const std::string& stream, Size most);

struct ControlReply {
    std::string event{};                   ///< the name, if the line is an event; else empty
    bool is_answer = false;                ///< to our request
    std::optional<std::string> problem{};  ///< why the run refuses
    std::string data{};                    ///< of `read`: bytes
    bool is_end = false;                   ///< of `read`: nothing more comes
};

/// Throws std::runtime_error if the line is no JSON object, or its data is malformed.
ControlReply parse_reply(std::string_view line);

/// What ctl prints for people of the answer `line` to `command`; empty if there is nothing to say.
std::string render_reply(CtlOptions::Command command, std::string_view line);

}  // namespace netrunner
