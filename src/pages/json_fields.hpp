// Reads the members of a JSON object that another program may have written: a member that is missing, null or of
// another type is not known. Used by the readers of reports in this folder; their only user of nlohmann/json. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

class JsonFields {
  public:
    using Json = nlohmann::ordered_json;

    /// A larger number is not known: it stands for no size or time of this world, and sums of these stay exact enough.
    static constexpr double most = 1e16;

    /// `value`: any, also none; it must outlive this object.
    explicit JsonFields(const Json* value) : object_(value != nullptr && value->is_object() ? value : nullptr) {}

    [[nodiscard]] bool is_object() const { return object_ != nullptr; }
    [[nodiscard]] const Json* find(const char* name) const;
    /// From 0 to `most`.
    [[nodiscard]] std::optional<double> number(const char* name) const;
    /// The same from 0 to 10^10, which is 300 years: in microseconds it is still exact.
    [[nodiscard]] std::optional<double> seconds(const char* name) const;
    /// A whole number from `least` to `greatest`.
    [[nodiscard]] std::optional<std::int64_t> whole(const char* name, std::int64_t least, std::int64_t greatest) const;
    /// Empty: none.
    [[nodiscard]] std::string text(const char* name) const;
    [[nodiscard]] bool is_true(const char* name) const;
    [[nodiscard]] JsonFields object(const char* name) const { return JsonFields(find(name)); }
    /// The elements; none if it is no array.
    [[nodiscard]] const std::vector<Json>& list(const char* name) const;
    /// The elements that are strings.
    [[nodiscard]] std::vector<std::string> texts(const char* name) const;

    /// `value` as `number` reads it.
    static std::optional<double> number_of(const Json& value);
    /// Discarded if `text` is no JSON.
    static Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

  private:
    const Json* object_;
};

}  // namespace netrunner
