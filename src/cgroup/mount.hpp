// Where the control group file system is and which of its groups this process is in, read off the kernel's own texts
// (proc(5), cgroups(7)). Pure, but for `look_for_cgroups`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

struct CgroupMount {
    std::string point;  ///< where it is mounted
    std::string root;   ///< which group that shows: "/" for all of them
    bool read_only = false;
};

/// The cgroup2 mounts in a mountinfo text, in its order; names as they are, without octal escapes.
std::vector<CgroupMount> parse_mountinfo(std::string_view text);

/// The path of the v2 group in a /proc/PID/cgroup text; nothing without v2.
std::optional<std::string> parse_own_group(std::string_view text);

/// The hierarchy number that version 1 has `controller` on, in a /proc/cgroups text; 0 when it has not.
int parse_v1_hierarchy(std::string_view text, std::string_view controller);
/// Whether /proc/cgroups says that `controller` was switched off at boot.
bool is_switched_off(std::string_view text, std::string_view controller);

struct CgroupView {
    std::vector<CgroupMount> mounts;
    std::string own;  ///< "/..." as this process's cgroup namespace shows it
};

/// The mount to use: the first that can be written and shows `own`, else the first that shows it, else nothing.
const CgroupMount* choose_mount(const CgroupView& view);

/// The directory of the group that this process is in; nothing when the mount does not show it.
std::optional<std::string> own_directory(const CgroupView& view, const CgroupMount& mount);

/// Reads /proc/self. Throws SetupFailure when that cannot be read.
CgroupView look_for_cgroups();

}  // namespace netrunner
