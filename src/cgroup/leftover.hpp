// Which run owns a control group (docs/decisions/0013), and clearing the groups that killed runs left. Called by
// Cgroup before a run, and by `netrunner gc`. It does not clear a group that another run has locked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// The start of a made-up group name; netrunner's pid follows.
inline constexpr std::string_view made_up_prefix = "run-";

Descriptor open_group_in(int directory, const std::string& name);
std::vector<std::string> groups_inside(const std::string& path);
bool has_groups_inside(int directory);
bool process_exists(std::uint64_t pid);

/// Both throw SetupFailure: another run uses the group, or the group is not empty and is not netrunner's.
[[noreturn]] void refuse_used(const std::string& path, const std::string& owner);
[[noreturn]] void refuse_populated(const std::string& path, const std::vector<std::string>& members);

/// A run of netrunner made the group: its directory has the sticky bit.
bool is_ours(int directory);

/// "pid 4711", the netrunner whose own group this is; empty for a group that is only a parent, or is not netrunner's.
std::string owner_of(int directory);
void mark_as_ours(int directory);
void remove_mark(int directory);

/// Locks the directory with flock(2); false if that would have to wait. LOCK_EX: a run's own group. LOCK_SH: a group
/// inside which a run is about to take its own. Each process that shares the open file description holds the lock.
bool lock_group(int directory, int how);

/// Receives one line for each group that was cleared or could not be cleared. `was_populated`: processes were ended.
using ClearingListener = std::function<void(const std::string& line, bool was_populated)>;

/// For a locked group whose run is gone: ends its processes, removes the groups inside it and, with `remove`, the
/// group. Throws SetupFailure if that fails.
void clear_leftover(int directory, const std::string& path, bool remove, const ClearingListener& told);

/// For a locked group that is only a parent: clears the groups that killed runs left inside it. Throws SetupFailure if
/// another run uses a group inside it, or if it contains processes that no run of netrunner left.
void clear_parent(int directory, const std::string& path, const ClearingListener& told);

/// Clears the groups with made-up names that killed runs left in this one. No later run asks for such a name, so these
/// groups would stay.
void clear_strays(int directory, const std::string& path, const ClearingListener& told);

/// Clears all groups that killed runs left in this one, at any depth. Groups in use stay, and so do groups that are not
/// netrunner's; one of those that a killed run had used stays without that run's processes. Returns how many groups
/// could not be cleared; `told` receives the reasons.
int clear_inside(int directory, const std::string& path, const ClearingListener& told);
/// The same for the group `name` in `parent` and all groups in it.
int clear_group(int parent, const std::string& name, const std::string& path, const ClearingListener& told);

}  // namespace netrunner
