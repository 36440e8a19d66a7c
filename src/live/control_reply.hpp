// The lines that answer control requests (docs/events.schema.json). Each is one line with its newline. The replies have
// the id of their request, if it has one. Writes nothing. Pure.
#pragma once

#include <string>
#include <string_view>

#include "src/live/control_request.hpp"
#include "src/values/json_text.hpp"

namespace netrunner {

/// The request was carried out. `fields`: what the reply says besides.
std::string ok_reply(std::string_view id, const JsonObject& fields = {});

/// At most EventLines::longest bytes: a longer message is cut, and the reply has "cut":true.
std::string error_reply(const ControlError& error);

/// What a `read` has got: as text if it is UTF-8, else in base64. A character that is cut at the end of `bytes` makes
/// it base64: nothing is held back for it. `end`: nothing can follow.
std::string data_reply(std::string_view id, std::string_view bytes, bool end = false);

/// A `read` at the end of the stream.
std::string end_reply(std::string_view id);

}  // namespace netrunner
