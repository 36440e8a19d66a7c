// One setting of a control group: written, read back, and put back as it was. Mechanism; what is asked is CgroupPlan's.
#pragma once

#include <optional>
#include <string>

#include "src/cgroup/plan.hpp"

namespace netrunner {

struct AppliedSetting {
    std::string file;
    std::string found;                  ///< as it was read back; what was asked where it cannot be read
    std::optional<std::string> before;  ///< what brings back what was there; nothing where that is not known
};

/// Nothing where the kernel has no such file and none is needed. Throws SetupFailure when it is not in force.
std::optional<AppliedSetting> apply_setting(int group, const CgroupSetting& setting);

/// What it says now, if it does not hold any more.
std::optional<std::string> lost_setting(int group, const AppliedSetting& setting);

/// As far as that can be: what it was may not be allowed any more.
void restore_setting(int group, const AppliedSetting& setting);

/// "0-3,8" and "0,1,2,3,8" are the same list of processors.
bool same_processors(const std::string& a, const std::string& b);

}  // namespace netrunner
