// One record of a batch's input, before it becomes a job. Made by the record reader, by the product of ::: lists and by
// the packer of -n; read by the job maker. A plain value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netrunner {

struct Record {
    std::vector<std::string> values;  ///< a line has one; several `:::` and -n give more
    std::uint64_t line = 0;           ///< where it begins in the input, counted from 1; 0: from `:::`
    std::string problem{};            ///< why no job can be made of it, as part of a message; empty: none

    [[nodiscard]] bool is_usable() const { return problem.empty(); }
    friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace netrunner
