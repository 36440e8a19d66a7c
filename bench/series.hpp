// Named rows of measurements, as a JSON file that is small and that sed can read: one case a line, whole numbers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

struct Series {
    std::string name;
    std::vector<double> values;                                ///< in the file's unit; kept as whole numbers
    std::vector<std::pair<std::string, double>> figures = {};  ///< what else is known of the case
};

/// Each with its median and quartiles. Names hold no quotes: they are ours. Throws std::system_error.
void write_json(const std::string& path, const std::string& unit, const std::vector<Series>& all);

}  // namespace bench
