// `netrunner gc`: clears away what killed runs have left in control groups, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace netrunner {

struct Collection {
    std::vector<std::string> lines;  ///< what was done, and what could not be
    bool complete = true;
};

/// In the group `path` below `base` (as for --cgroup-base), or in the whole base. Throws SetupFailure when it cannot be
/// found.
Collection collect_leftovers(const std::optional<std::string>& base, const std::string& path);

}  // namespace netrunner
