#include "src/report/json_line.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include "src/values/json_text.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::ordered_json;

void append(std::string& line, const Json& value);

template <class Number>
void append_number(std::string& line, Number number) {
    std::array<char, std::numeric_limits<Number>::digits10 + 3> digits{};
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    line.append(digits.data(), end);
}

void append_float(std::string& line, double number) {
    if (!std::isfinite(number)) {
        line += "null";
        return;
    }
    std::array<char, 64> digits{};
    char* const end = nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), number);
    line.append(digits.data(), end);
}

void append_object(std::string& line, const Json::object_t& members) {
    char before = '{';
    for (const auto& [name, value] : members) {
        line += before;
        append_json_string(line, name);
        line += ':';
        append(line, value);
        before = ',';
    }
    line += members.empty() ? "{}" : "}";
}

void append_array(std::string& line, const Json::array_t& values) {
    char before = '[';
    for (const Json& value : values) {
        line += before;
        append(line, value);
        before = ',';
    }
    line += values.empty() ? "[]" : "]";
}

void append(std::string& line, const Json& value) {
    switch (value.type()) {
        case Json::value_t::object: return append_object(line, value.get_ref<const Json::object_t&>());
        case Json::value_t::array: return append_array(line, value.get_ref<const Json::array_t&>());
        case Json::value_t::string: return append_json_string(line, value.get_ref<const std::string&>());
        case Json::value_t::null: line += "null"; return;
        case Json::value_t::boolean: line += value.get<bool>() ? "true" : "false"; return;
        case Json::value_t::number_integer: return append_number(line, value.get<Json::number_integer_t>());
        case Json::value_t::number_unsigned: return append_number(line, value.get<Json::number_unsigned_t>());
        case Json::value_t::number_float: return append_float(line, value.get<Json::number_float_t>());
        case Json::value_t::binary:
        case Json::value_t::discarded: break;
    }
    line += value.dump();
}

}  // namespace

std::string json_line(const Json& value) {
    constexpr std::size_t usual = 1200;
    std::string line;
    line.reserve(usual);
    append(line, value);
    return line;
}

}  // namespace netrunner
