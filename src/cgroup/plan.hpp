// The requested control group as values: which interface file gets which text, because of which option. The command
// line calls the parsers, launch_plan calls plan_cgroup. Pure: it does not look at the machine. Parsers throw
// UsageError with a fragment such as: invalid weight '0': ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

struct CgroupSetting {
    std::string file;      ///< the interface file (cgroups(7)), such as memory.max
    std::string value;     ///< the text to write, in the kernel's format
    std::string option;    ///< the option that asks for it, such as --memory-max
    bool implied = false;  ///< comes with another setting; skipped if the kernel has no such file
    bool checked = true;   ///< the value read back must match

    friend bool operator==(const CgroupSetting&, const CgroupSetting&) = default;
};

/// The options of the command line.
struct CgroupChoice {
    std::optional<std::string> path{};
    std::optional<std::string> base{};
    std::vector<CgroupSetting> settings{};  ///< in the order given; the last for a file applies, but all of io.max
};

struct CgroupPlan {
    std::optional<std::string> base;      ///< "root", "self" or a directory; nothing: root for the superuser, else self
    std::vector<std::string> components;  ///< of the path below the base
    bool unique = false;                  ///< add one more component, with a made-up unique name
    std::vector<CgroupSetting> settings;
    bool spares = false;  ///< spared processes move to netrunner's own group when this one ends
};

/// Returns nothing if no group is requested. `environment_base`: NETRUNNER_CGROUP_BASE. Throws UsageError.
std::optional<CgroupPlan> plan_cgroup(const CgroupChoice& choice, const std::optional<std::string>& environment_base);

/// Throws UsageError if `base` or `path` is malformed.
void check_cgroup_path(const std::optional<std::string>& base, const std::string& path);

/// Throws UsageError if `base`, the value of NETRUNNER_CGROUP_BASE, is malformed. (base_value checks an option's
/// value.)
void check_environment_base(const std::optional<std::string>& base);

/// The controller that provides `file`; nothing for files that need no controller (cgroup.* and *.pressure).
std::optional<std::string> controller_of(std::string_view file);

/// A path below the base, not empty.
std::string group_value(const std::string& text);
/// root, self or an absolute directory.
std::string base_value(const std::string& text);
std::string memory_value(std::string_view text);
std::string pids_value(std::string_view text);
/// CPUs (1.5) or a percentage of one CPU (150%), as quota and period in microseconds.
std::string cpu_value(std::string_view text);
std::string weight_value(std::string_view text);
std::string cpuset_value(std::string_view text);
/// DEVICE KEY=VALUE..., separated by blanks or commas. DEVICE is MAJOR:MINOR or a path.
std::string io_value(std::string_view text);
/// FILE=VALUE, for --cgroup-set.
CgroupSetting setting_value(std::string_view text);

}  // namespace netrunner
