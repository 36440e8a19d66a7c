#include "src/ctl/control_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include "src/values/base64.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::ordered_json;

constexpr int request_id = 1;

Json begun(const char* command) { return {{"id", request_id}, {"cmd", command}}; }

std::string line_of(const Json& json) { return json.dump() + '\n'; }

/// A line of the status: seconds and bytes get their unit, a list is joined.
std::string shown(const std::string& name, const Json& value) {
    if (value.is_null()) return "-";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_array()) {
        std::string text;
        for (const Json& each : value) text += (text.empty() ? "" : " ") + shown("", each);
        return text;
    }
    const bool is_time = name == "elapsed" || name == "timeout" || name == "idle" || name == "t" || name == "cpu";
    if (value.is_number() && is_time) {
        const auto milliseconds = static_cast<long long>(std::llround(value.get<double>() * 1000));
        return format_duration(std::chrono::milliseconds(milliseconds));
    }
    const bool is_size = name == "memory" || name == "stdout" || name == "stderr";
    if (value.is_number_unsigned() && is_size) return format_size(value.get<Size>());
    return value.dump();
}

std::string render_status(const Json& reply) {
    std::size_t width = 0;
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [name, value] : reply.items()) {
        if (name == "id" || name == "ok") continue;
        width = std::max(width, name.size());
        lines.emplace_back(name, shown(name, value));
    }
    std::string text;
    for (auto& [name, value] : lines) {
        for (char& c : value) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < ' ' || byte == 0x7f) c = '?';  // no control character reaches the terminal
        }
        text += fmt::format("{:<{}}  {}\n", name, width, value);
    }
    return text;
}

std::string text_member(const Json& reply, const char* name) {
    const auto found = reply.find(name);
    return found != reply.end() && found->is_string() ? found->get<std::string>() : "";
}

Json parse(std::string_view line) {
    Json reply = Json::parse(line, nullptr, false);
    if (!reply.is_object()) throw std::runtime_error("the run answers with a line that is no JSON object");
    return reply;
}

bool is_true(const Json& reply, const char* name) {
    const auto found = reply.find(name);
    return found != reply.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

std::string request_line(const CtlOptions& options) {
    Json request = begun(word_of(options.command));
    switch (options.command) {
        case CtlOptions::Command::signal: request["name"] = signal_name(options.signal); break;
        case CtlOptions::Command::extend: request[options.sets_limit ? "to" : "by"] = options.duration; break;
        case CtlOptions::Command::resize:
            request["columns"] = options.size.columns;
            request["rows"] = options.size.rows;
            break;
        default: break;
    }
    return line_of(request);
}

std::string write_request(std::string_view bytes) {
    // A control character needs six bytes in JSON. A request with too many of them would be longer than a run takes.
    constexpr std::size_t longest_text = 60'000;
    Json request = begun("write");
    request["data"] = bytes;
    try {
        if (request["data"].dump().size() <= longest_text) return line_of(request);
    } catch (const Json::type_error&) {
        // The bytes are not UTF-8.
    }
    request["data"] = to_base64(bytes);
    request["base64"] = true;
    return line_of(request);
}

std::string read_request(const std::string& stream, Size most) {
    constexpr Size at_once = 65536;
    Json request = begun("read");
    request["stream"] = stream;
    request["max"] = std::min(most, at_once);
    return line_of(request);
}

ControlReply parse_reply(std::string_view line) {
    const Json json = parse(line);
    ControlReply reply{.event = text_member(json, "event")};
    if (!reply.event.empty()) return reply;
    const auto id = json.find("id");
    reply.is_answer = id != json.end() && *id == request_id;
    if (const std::string error = text_member(json, "error"); !error.empty()) {
        const std::string message = text_member(json, "message");
        reply.problem = message.empty() ? error : message;
    }
    reply.is_end = is_true(json, "end");
    reply.data = text_member(json, "data");
    if (is_true(json, "base64")) {
        auto bytes = from_base64(reply.data);
        if (!bytes) throw std::runtime_error("the run answers with data that is not base64");
        reply.data = std::move(*bytes);
    }
    return reply;
}

std::string render_reply(CtlOptions::Command command, std::string_view line) {
    const Json reply = parse(line);
    if (command == CtlOptions::Command::status) return render_status(reply);
    if (command != CtlOptions::Command::extend) return "";
    const auto limit = reply.find("timeout");
    if (limit == reply.end()) return "";
    return limit->is_null() ? "no time limit\n" : fmt::format("time limit {}\n", shown("timeout", *limit));
}

}  // namespace netrunner
