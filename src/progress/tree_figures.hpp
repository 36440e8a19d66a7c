// Counts the processes of a tree and their memory: from the control group if it counts memory, otherwise from /proc.
// Called by Pulse for display only: it may miss a process that starts or ends meanwhile.
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
    bool of_group = false;  ///< the memory is the group's charge; otherwise it is the sum of resident sizes, in which
                            ///< shared pages count once for each process
};

/// `root`: the subreaper, which is not counted. `group`: path of the control group's directory, or empty.
TreeFigures look_at_tree(pid_t root, const std::string& group);

}  // namespace netrunner
