// Finds the base of a run's control group and checks which controllers can be enabled there. Called by Cgroup, doctor
// and gc. It changes no group; a failure names the reason and a remedy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace netrunner {

/// Throws SetupFailure with the text "cgroup: WHAT: ERROR (try: REMEDY)"; the last part only if there is a remedy.
[[noreturn]] void cgroup_failure(int error, const std::string& what, const std::string& remedy = "");

/// The remedy for a user who may not change the present group: how to get a delegated one from systemd.
std::string own_scope();

/// The value of NETRUNNER_CGROUP_BASE; nothing if it is unset or empty.
std::optional<std::string> base_of_environment();

/// The directory that the PATH of --cgroup is relative to. `asked`: "root", "self" or a directory; nothing means root
/// for the superuser and self for other users. Throws SetupFailure; UsageError for another value.
std::string find_cgroup_base(const std::optional<std::string>& asked);

/// Throws SetupFailure if `directory` is not in a cgroup v2 file system.
void require_cgroup2(int directory, const std::string& path);

/// Pids of the processes in the group itself, without those in groups inside it.
std::vector<std::string> processes_in(int directory);
/// "PID NAME, PID NAME, +N"
std::string named(const std::vector<std::string>& pids);

/// The controllers that are enabled for the groups inside `directory`.
std::vector<std::string> enabled_controllers(int directory);
/// Throws SetupFailure if `controller` is not available in `directory`. `path` is for the message.
void require_controller(int directory, const std::string& path, const std::string& controller);
/// Whether controllers may be enabled for the groups inside: the group has no processes, or is the root (cgroups(7),
/// "no internal processes").
bool may_have_inner_limits(int directory);
/// Which processes a run may move out of the group so that the groups inside it can have limits: netrunner if it is
/// alone there, or all processes of the container whose control group namespace begins there.
enum class Movable : std::uint8_t { none, netrunner, container };
Movable movable_from(int directory, const std::string& path);
[[noreturn]] void refuse_inner_limits(int directory, const std::string& path, const std::string& controller);

}  // namespace netrunner
