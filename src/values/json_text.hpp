// Writes JSON in one line, without a library: strings from any bytes, and objects member by member. Used by the writers
// of reports, events and replies. Pure.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "src/values/quantity.hpp"

namespace netrunner {

/// Appends `bytes` as a JSON string. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& json, std::string_view bytes);

/// The same, but the string and its quotes have `most` bytes at most, from 2. Returns whether all of `bytes` fits; if
/// not, the string ends after the last character that does.
bool append_json_string_within(std::string& json, std::string_view bytes, std::size_t most);

/// Rounded to milliseconds, without zeros at the end: 1.5 s as "1.5". `forever` is "null".
std::string json_seconds(Duration duration);

/// Rounded to three decimals, without zeros at the end.
std::string json_decimal(double number);

/// The text of one object. The names of the members must be plain: they are not escaped, and are not checked to differ.
class JsonObject {
  public:
    JsonObject& add(std::string_view name, std::string_view bytes);
    JsonObject& add(std::string_view name, const char* bytes) { return add(name, std::string_view(bytes)); }
    JsonObject& add(std::string_view name, std::same_as<bool> auto truth) {
        return add_json(name, truth ? "true" : "false");
    }
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) JsonObject& add(std::string_view name, Number number) {
        std::array<char, 24> digits{};
        const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return add_json(name, {digits.data(), end});
    }
    /// `null` if there is no value.
    template <class Value>
    JsonObject& add(std::string_view name, const std::optional<Value>& value) {
        return value ? add(name, *value) : add_json(name, "null");
    }
    JsonObject& add_seconds(std::string_view name, Duration duration) { return add_json(name, json_seconds(duration)); }
    /// `json`: a value as JSON text.
    JsonObject& add_json(std::string_view name, std::string_view json);
    /// All members of `other`.
    JsonObject& add_all(const JsonObject& other);

    /// The length of `text`.
    [[nodiscard]] std::size_t size() const { return members_.size() + (members_.empty() ? 2 : 1); }
    [[nodiscard]] std::string text() const { return members_.empty() ? "{}" : members_ + '}'; }

  private:
    std::string members_;  ///< with the brace that opens, unless it is empty
};

}  // namespace netrunner
