// What is asked of a control group, as values: which file of it gets which text, and who asked. How the options are
// written, value by value. Pure. The parsers throw UsageError with a fragment such as: invalid weight '0': ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

struct CgroupSetting {
    std::string file;      ///< the interface file (cgroups(7)), such as memory.max
    std::string value;     ///< as the kernel wants it
    std::string option;    ///< who asked: --memory-max
    bool implied = false;  ///< it only comes with another: where the kernel has no such file there is nothing to limit
    bool checked = true;   ///< what is read back has to say the same

    friend bool operator==(const CgroupSetting&, const CgroupSetting&) = default;
};

/// What the command line says.
struct CgroupChoice {
    std::optional<std::string> path{};
    std::optional<std::string> base{};
    std::vector<CgroupSetting> settings{};  ///< the last one for a file counts
};

struct CgroupPlan {
    std::optional<std::string> base;      ///< "root", "self" or a directory; nothing: root for the superuser, else self
    std::vector<std::string> components;  ///< of the path below it
    bool unique = false;                  ///< one more, with a name that nobody else has
    std::vector<CgroupSetting> settings;
};

/// Nothing when no group is asked for. `environment_base`: NETRUNNER_CGROUP_BASE. Throws UsageError.
std::optional<CgroupPlan> plan_cgroup(const CgroupChoice& choice, const std::optional<std::string>& environment_base);

/// Throws UsageError when such a base or such a path below it cannot be.
void check_cgroup_path(const std::optional<std::string>& base, const std::string& path);

/// The controller that provides `file`; nothing for the core's own (cgroup.*) and for what every group has.
std::optional<std::string> controller_of(std::string_view file);

/// A path below the base; not empty.
std::string group_value(const std::string& text);
/// root, self or a directory.
std::string base_value(const std::string& text);
std::string memory_value(std::string_view text);
std::string pids_value(std::string_view text);
/// CPUs (1.5) or percent of one (150%), as quota and period.
std::string cpu_value(std::string_view text);
std::string weight_value(std::string_view text);
std::string cpuset_value(std::string_view text);
/// DEVICE KEY=VALUE..., separated by blanks or commas; the device as MAJOR:MINOR or by its path.
std::string io_value(std::string_view text);
/// FILE=VALUE
CgroupSetting setting_value(std::string_view text);

}  // namespace netrunner
