// What --sample has recorded of a run, as the report shows it. A plain value: RunRecorder makes it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "src/sampling/process_table.hpp"
#include "src/sampling/timeline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct RunRecord {
    Duration interval{};           ///< of the rows
    bool memory_of_group = false;  ///< else the sum of resident sizes
    unsigned processors = 1;       ///< of the machine
    bool has_pressure = false;     ///< the run had a control group
    std::vector<Sample> rows{};
    std::vector<ProcessRecord> processes{};  ///< in order of start
    ProcessTable::Others others{};           ///< those that are not in `processes`
    std::optional<double> coverage{};        ///< the share of the run's processor time that all of them have used
};

}  // namespace netrunner
