// The compact text of a JSON value, for reports that are written once for each job. The same bytes as nlohmann's dump,
// in a third of the time for the text that reports are made of. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace netrunner {

/// Without a newline. Bytes that are not UTF-8 become U+FFFD.
std::string json_line(const nlohmann::ordered_json& value);

}  // namespace netrunner
