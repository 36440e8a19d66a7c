#include "src/pages/json_fields.hpp"

#include <cmath>

namespace netrunner {

const JsonFields::Json* JsonFields::find(const char* name) const {
    if (object_ == nullptr) return nullptr;
    const auto found = object_->find(name);
    return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::optional<double> JsonFields::number_of(const Json& value) {
    if (!value.is_number()) return std::nullopt;
    const auto number = value.get<double>();
    if (!std::isfinite(number) || number < 0 || number > most) return std::nullopt;
    return number;
}

std::optional<double> JsonFields::number(const char* name) const {
    const Json* const value = find(name);
    return value == nullptr ? std::nullopt : number_of(*value);
}

std::optional<double> JsonFields::seconds(const char* name) const {
    constexpr double most_seconds = 1e10;
    const auto value = number(name);
    return value && *value <= most_seconds ? value : std::nullopt;
}

std::optional<std::int64_t> JsonFields::whole(const char* name, std::int64_t least, std::int64_t greatest) const {
    const auto value = number(name);
    if (!value || std::floor(*value) != *value) return std::nullopt;
    const auto exact = static_cast<std::int64_t>(*value);
    if (exact < least || exact > greatest) return std::nullopt;
    return exact;
}

std::string JsonFields::text(const char* name) const {
    const Json* const value = find(name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

bool JsonFields::is_true(const char* name) const {
    const Json* const value = find(name);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

const std::vector<JsonFields::Json>& JsonFields::list(const char* name) const {
    static const std::vector<Json> none;
    const Json* const value = find(name);
    return value != nullptr && value->is_array() ? value->get_ref<const Json::array_t&>() : none;
}

std::vector<std::string> JsonFields::texts(const char* name) const {
    std::vector<std::string> found;
    for (const Json& value : list(name)) {
        if (value.is_string()) found.push_back(value.get<std::string>());
    }
    return found;
}

}  // namespace netrunner
