// Whose a control group is (docs/decisions/0013), and clearing away what runs that were killed have left in theirs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// What made-up names begin with, before the number of netrunner's process.
inline constexpr std::string_view made_up_prefix = "run-";

Descriptor open_group_in(int directory, const std::string& name);
std::vector<std::string> groups_inside(const std::string& path);
bool process_exists(std::uint64_t pid);

/// Throws SetupFailure: there is somebody in it.
[[noreturn]] void refuse_used(const std::string& path, const std::string& owner);
[[noreturn]] void refuse_populated(const std::string& path, const std::vector<std::string>& members);

/// A run of netrunner made it.
bool is_ours(int directory);

/// "pid 4711", the run whose own group it is; empty for a group that was only made to hold others', or is not ours.
std::string owner_of(int directory);
void mark_as_ours(int directory);
void remove_mark(int directory);

/// LOCK_EX (flock(2)): a run's own group. LOCK_SH: a group that a run is about to have its own inside of. At once or
/// not at all; the lock is held by everybody who has this very open file.
bool lock_group(int directory, int how);

/// Told of what was cleared away: a line each, and whether anybody had to be ended for it.
using ClearingListener = std::function<void(const std::string& line, bool was_populated)>;

/// Of a locked group whose run is gone: ends and removes what is in it, and with `remove` itself. Throws SetupFailure.
void clear_leftover(int directory, const std::string& path, bool remove, const ClearingListener& told);

/// Of a locked group that was only made to hold others': what killed runs left inside it goes. Throws SetupFailure
/// where somebody lives in it.
void clear_parent(int directory, const std::string& path, const ClearingListener& told);

/// Groups with made-up names are nobody's next time: those that killed runs have left in this one go.
void clear_strays(int directory, const std::string& path, const ClearingListener& told);

/// All that killed runs have left in this group and however deep inside it; what is in use stays, and what is not ours.
/// Returns how many groups could not be cleared; `told` is told why.
int clear_all(int directory, const std::string& path, const ClearingListener& told);

}  // namespace netrunner
