#include "src/live/control_reply.hpp"

#include <utility>

#include "src/live/event_lines.hpp"
#include "src/values/base64.hpp"
#include "src/values/utf8.hpp"

namespace netrunner {
namespace {

JsonObject reply_to(std::string_view id) {
    JsonObject reply;
    if (!id.empty()) reply.add_json("id", id);
    return reply;
}

std::string line(const JsonObject& reply) { return reply.text() + '\n'; }

}  // namespace

std::string ok_reply(std::string_view id, const JsonObject& fields) {
    return line(reply_to(id).add("ok", true).add_all(fields));
}

std::string error_reply(const ControlError& error) {
    constexpr std::size_t room_after_message = 32;  // a name, the mark of a cut, the brace and the newline
    JsonObject reply = reply_to(error.id);
    reply.add("error", error.code);
    std::string message;
    const std::size_t room = EventLines::longest - reply.size() - room_after_message;
    const bool whole = append_json_string_within(message, error.message, room);
    reply.add_json("message", message);
    if (!whole) reply.add("cut", true);
    return line(reply);
}

std::string data_reply(std::string_view id, std::string_view bytes, bool end) {
    JsonObject reply = reply_to(id).add("ok", true);
    if (is_utf8(bytes)) {
        reply.add("data", bytes);
    } else {
        reply.add("data", to_base64(bytes)).add("base64", true);
    }
    if (end) reply.add("end", true);
    return line(reply);
}

std::string end_reply(std::string_view id) { return ok_reply(id, JsonObject().add("end", true)); }

}  // namespace netrunner
