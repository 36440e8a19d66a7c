#include "src/live/flat_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "src/values/json_text.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::json;
using Kind = FlatValue::Kind;

/// Takes what nlohmann's parser finds, by the names that the parser calls. Each function returns whether to go on.
class Reader {
  public:
    bool null() { return take({.kind = Kind::null}); }
    bool boolean(bool truth) { return take({.kind = Kind::boolean, .truth = truth}); }
    bool number_integer(std::int64_t number) {
        return take({.kind = Kind::number, .number = static_cast<double>(number), .text = std::to_string(number)});
    }
    bool number_unsigned(std::uint64_t number) {
        const auto value = static_cast<double>(number);
        return take({.kind = Kind::number, .number = value, .whole = number, .text = std::to_string(number)});
    }
    bool number_float(double number, const std::string& text) {
        return take({.kind = Kind::number, .number = number, .text = text});
    }
    bool string(std::string& text) { return take({.kind = Kind::string, .text = std::move(text)}); }
    bool binary(Json::binary_t& /*bytes*/) { return false; }  // only of binary formats
    bool start_object(std::size_t /*members*/) {
        const bool is_whole = depth_ == 0;
        return (is_whole || take({.kind = Kind::object})) && ++depth_ > 0;
    }
    bool start_array(std::size_t /*values*/) { return take({.kind = Kind::array}) && ++depth_ > 0; }
    bool end_object() { return depth_-- > 0; }
    bool end_array() { return depth_-- > 0; }
    bool key(std::string& name) {
        if (depth_ == 1) members.push_back({.key = std::move(name), .value = {}});
        return true;
    }
    bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& failure) {
        constexpr int out_of_range = 406;
        why = failure.id == out_of_range ? "invalid JSON: a number is too large"
                                         : fmt::format("invalid JSON at byte {}", position);
        return false;
    }

    std::vector<FlatMember> members;
    std::string why;  ///< of a refusal

  private:
    bool take(FlatValue value) {
        if (depth_ == 0) {
            why = fmt::format("a JSON object is expected, not {}", kind_name(value));
            return false;
        }
        if (depth_ == 1) members.back().value = std::move(value);
        return true;
    }

    std::size_t depth_ = 0;  ///< of arrays and objects that are open
};

}  // namespace

std::string_view kind_name(const FlatValue& value) {
    switch (value.kind) {
        case Kind::null: return "null";
        case Kind::boolean: return value.truth ? "true" : "false";
        case Kind::number: return "a number";
        case Kind::string: return "a string";
        case Kind::array: return "an array";
        case Kind::object: return "an object";
    }
    return "";
}

std::vector<FlatMember> read_flat_object(std::string_view text) {
    Reader reader;
    if (!Json::sax_parse(text, &reader)) throw UsageError(reader.why);
    std::vector<std::string_view> keys;
    for (const FlatMember& member : reader.members) keys.push_back(member.key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice == keys.end()) return std::move(reader.members);
    constexpr std::size_t longest_shown = 40;
    std::string key;
    const bool whole = append_json_string_within(key, *twice, longest_shown);
    throw UsageError(fmt::format("the key {}{} is given twice", key, whole ? "" : "..."));
}

}  // namespace netrunner
