// The records that `::: VALUE...` on the command line give: the values of one list, or each combination of several
// lists, made one at a time. The last list varies fastest, as with GNU parallel. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/batch/record.hpp"

namespace netrunner {

class ValueProduct {
  public:
    /// `lists`: at least one. If a list is empty, there is no record.
    explicit ValueProduct(std::vector<std::vector<std::string>> lists);

    std::optional<Record> next();

    /// The number of all records; the largest number if there are more.
    [[nodiscard]] std::uint64_t count() const;

  private:
    std::vector<std::vector<std::string>> lists_;
    std::vector<std::size_t> at_;  ///< the next combination, an index in each list
    bool ended_ = false;
};

}  // namespace netrunner
