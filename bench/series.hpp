// Writes named series of measurements as a small JSON file that sed can read: one case a line, whole numbers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

struct Series {
    std::string name;
    std::vector<double> values;                                ///< in the file's unit; kept as whole numbers
    std::vector<std::pair<std::string, double>> figures = {};  ///< more figures of the case
};

/// Writes each series with its median and quartiles. Names must not contain quotes. Throws std::system_error.
void write_json(const std::string& path, const std::string& unit, const std::vector<Series>& all);

}  // namespace bench
