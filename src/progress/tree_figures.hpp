// Counts the processes of a tree and their memory: from the control group if it counts memory, otherwise from /proc.
// Called by Pulse for display and by InputWatch. A process that starts or ends meanwhile may be missed.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "shepherd/tree/tree.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

struct TreeFigures {
    std::size_t processes = 0;
    std::optional<Size> memory{};  ///< bytes
    bool of_group = false;  ///< the memory is the group's charge; otherwise it is the sum of resident sizes, in which
                            ///< shared pages count once for each process
};

/// The processes below `root`, the subreaper: at most 4096. Takes only the memory that they need.
std::vector<TreeMember> members_of_tree(pid_t root);

/// `root`: the subreaper, which is not counted. `group`: path of the control group's directory, or empty.
TreeFigures look_at_tree(pid_t root, const std::string& group);

}  // namespace netrunner
