#include "bench/series.hpp"

#include <cmath>
#include <cstdio>

#include "bench/pipeline.hpp"
#include "bench/statistics.hpp"

namespace bench {

void write_json(const std::string& path, const std::string& unit, const std::vector<Series>& all) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) check(-1, "cannot write '" + path + "'");
    std::fprintf(file, "{\"unit\": \"%s\", \"cases\": {", unit.c_str());
    for (const Series& one : all) {
        std::fprintf(file, "%s\n  \"%s\": {\"median\": %.6g, \"low\": %.6g, \"high\": %.6g",
                     &one == all.data() ? "" : ",", one.name.c_str(), median(one.values), quantile(one.values, 0.25),
                     quantile(one.values, 0.75));
        for (const auto& [name, value] : one.figures) std::fprintf(file, ", \"%s\": %.4g", name.c_str(), value);
        std::fprintf(file, ", \"values\": [");
        for (const double& value : one.values) {
            std::fprintf(file, "%s%ld", &value == one.values.data() ? "" : ",", std::lround(value));
        }
        std::fprintf(file, "]}");
    }
    std::fprintf(file, "\n}}\n");
    if (std::fclose(file) != 0) check(-1, "cannot write '" + path + "'");
}

}  // namespace bench
