// How many processes a tree has now and what memory they hold: of its control group where there is one that counts,
// else of /proc. For people; a process that comes or goes meanwhile may be missed.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "src/values/quantity.hpp"

namespace netrunner {

struct TreeFigures {
    std::size_t processes = 0;
    std::optional<Size> memory{};  ///< bytes
    bool of_group = false;  ///< the memory is what the group is charged with; else what is resident, in sum, so that
                            ///< what processes share counts for each of them
};

/// `root`: the subreaper, itself not counted. `group`: the path of the control group's directory, or empty.
TreeFigures look_at_tree(pid_t root, const std::string& group);

}  // namespace netrunner
