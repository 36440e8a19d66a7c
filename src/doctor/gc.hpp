// `netrunner gc`: clears the control groups that killed runs left, and nothing else. Called by main, which prints the
// lines.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace netrunner {

struct Collection {
    std::vector<std::string> lines;  ///< one for each group that was cleared or could not be cleared
    bool complete = true;            ///< no group failed
};

/// Clears the group `path` below `base` (as for --cgroup-base) and the groups inside it if killed runs left them;
/// without `path`, those in the whole base. Throws SetupFailure if that group cannot be opened.
Collection collect_leftovers(const std::optional<std::string>& base, const std::string& path);

}  // namespace netrunner
