// Where a run's control group can be, and what its limits need there: the base, the controllers, and why not.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace netrunner {

/// Throws SetupFailure: "cgroup: WHAT", with what may help.
[[noreturn]] void cgroup_failure(int error, const std::string& what, const std::string& remedy = "");

/// What helps whoever has no right to the group that he is in.
std::string own_scope();

/// NETRUNNER_CGROUP_BASE, if it says anything.
std::optional<std::string> base_of_environment();

/// The directory that PATH starts from. `asked`: "root", "self", a directory, or nothing: root for the superuser, else
/// self. Throws SetupFailure.
std::string find_cgroup_base(const std::optional<std::string>& asked);

/// Throws SetupFailure when it is something else.
void require_cgroup2(int directory, const std::string& path);

/// The processes of the group itself, not of those inside it.
std::vector<std::string> processes_in(int directory);
/// "PID NAME, PID NAME, +N"
std::string named(const std::vector<std::string>& pids);

/// The controllers that are on for the groups inside.
std::vector<std::string> enabled_controllers(int directory);
/// Throws SetupFailure when `controller` is not there to be enabled in `directory`, whose path is for the message.
void require_controller(int directory, const std::string& path, const std::string& controller);
/// Processes in a group (not in the root) do not go with limits for those inside it.
bool may_have_inner_limits(int directory);
[[noreturn]] void refuse_inner_limits(int directory, const std::string& path, const std::string& controller);

}  // namespace netrunner
