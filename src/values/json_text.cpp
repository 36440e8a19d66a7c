#include "src/values/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "src/values/utf8.hpp"

namespace netrunner {
namespace {

/// Whether `byte` is the same in a JSON string.
bool is_plain(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x20 && code < 0x80 && byte != '"' && byte != '\\';
}

/// A character of ASCII that JSON does not allow as it is.
std::string escaped(char character) {
    switch (character) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\b': return "\\b";
        case '\f': return "\\f";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return fmt::format("\\u{:04x}", static_cast<unsigned char>(character));
    }
}

}  // namespace

bool append_json_string_within(std::string& json, std::string_view bytes, std::size_t most) {
    std::size_t room = most - 2;
    const auto append = [&](std::string_view text) {
        if (text.size() > room) return false;
        room -= text.size();
        json += text;
        return true;
    };
    json += '"';
    bool whole = true;
    while (whole && !bytes.empty()) {
        const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(bytes, is_plain) - bytes.begin());
        if (plain > 0) {
            whole = plain <= room;
            append(bytes.substr(0, std::min(plain, room)));
            bytes.remove_prefix(plain);
            continue;
        }
        const Utf8Step step = first_character(bytes);
        if (!step.valid) {
            whole = append(replacement_character);
        } else if (step.bytes == 1) {
            whole = append(escaped(bytes.front()));
        } else {
            whole = append(bytes.substr(0, step.bytes));
        }
        bytes.remove_prefix(step.bytes);
    }
    json += '"';
    return whole;
}

void append_json_string(std::string& json, std::string_view bytes) {
    append_json_string_within(json, bytes, std::string::npos);
}

namespace {

constexpr long long milli = 1000;

/// `total` thousandths.
std::string in_thousandths(long long total) {
    std::string text = fmt::format("{}{}", total < 0 ? "-" : "", std::abs(total) / milli);
    if (total % milli == 0) return text;
    text += fmt::format(".{:03}", std::abs(total) % milli);
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

}  // namespace

std::string json_seconds(Duration duration) {
    if (duration == forever) return "null";
    return in_thousandths(std::chrono::round<std::chrono::milliseconds>(duration).count());
}

std::string json_decimal(double number) { return in_thousandths(std::llround(number * static_cast<double>(milli))); }

JsonObject& JsonObject::add(std::string_view name, std::string_view bytes) {
    add_json(name, "");
    append_json_string(members_, bytes);
    return *this;
}

JsonObject& JsonObject::add_json(std::string_view name, std::string_view json) {
    members_ += members_.empty() ? "{\"" : ",\"";
    members_ += name;
    members_ += "\":";
    members_ += json;
    return *this;
}

JsonObject& JsonObject::add_all(const JsonObject& other) {
    if (other.members_.empty()) return *this;
    members_ += members_.empty() ? '{' : ',';
    members_.append(other.members_, 1);
    return *this;
}

}  // namespace netrunner
