// Finds the cgroup2 mounts and this process's own group in the kernel's texts (proc(5), cgroups(7)). Called to find the
// base of a run's group and the limit behind a shortage. Only `look_for_cgroups` reads files; the rest is pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

struct CgroupMount {
    std::string point;  ///< the mount point
    std::string root;   ///< the group that the mount point shows: "/" for the whole tree
    bool read_only = false;
};

/// The visible cgroup2 mounts in a mountinfo text, in its order, with octal escapes decoded.
std::vector<CgroupMount> parse_mountinfo(std::string_view text);

/// The path of the v2 group in a /proc/PID/cgroup text; nothing if there is no v2 line.
std::optional<std::string> parse_own_group(std::string_view text);

/// The number of the cgroup v1 hierarchy with `controller`, from a /proc/cgroups text; 0 if no v1 hierarchy has it.
int parse_v1_hierarchy(std::string_view text, std::string_view controller);
/// Whether a /proc/cgroups text says that `controller` was switched off at boot.
bool is_switched_off(std::string_view text, std::string_view controller);

struct CgroupView {
    std::vector<CgroupMount> mounts;
    std::string own;  ///< this process's group, "/..." as its cgroup namespace shows it
};

/// The mount to use: the first writable mount that shows `own`, else the first that shows `own`, else null.
const CgroupMount* choose_mount(const CgroupView& view);

/// The directory of this process's group; nothing if the mount does not show it.
std::optional<std::string> own_directory(const CgroupView& view, const CgroupMount& mount);

/// Reads mountinfo and cgroup of /proc/self. Throws SetupFailure if mountinfo cannot be read.
CgroupView look_for_cgroups();

}  // namespace netrunner
