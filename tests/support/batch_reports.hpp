// Reads the report of a batch and keeps a copy, whose lines the last test of the run validates against their schema.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace support {

/// The whole lines of `file`. The last line of a killed batch may be torn, and is left out.
std::vector<nlohmann::json> batch_report(const std::string& file);

/// Those of `lines` that are a header, job or trailer.
std::vector<nlohmann::json> of_type(const std::vector<nlohmann::json>& lines, const std::string& type);

}  // namespace support
