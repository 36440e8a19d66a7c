// One setting of a control group: writes it, reads it back, restores the previous value. Cgroup calls it. Which
// settings to apply is CgroupPlan's decision.
#pragma once

#include <optional>
#include <string>

#include "src/cgroup/plan.hpp"

namespace netrunner {

struct AppliedSetting {
    std::string file;
    std::string found;                  ///< the value read back; the requested value if the file cannot be read
    std::optional<std::string> before;  ///< text that restores the previous value; nothing if that is unknown
};

/// Returns nothing if the setting is implied and the kernel has no such file. Throws SetupFailure if the setting is not
/// in force afterwards.
std::optional<AppliedSetting> apply_setting(int group, const CgroupSetting& setting);

/// The present value in quotes, or "gone", if it is no longer the applied one.
std::optional<std::string> lost_setting(int group, const AppliedSetting& setting);

/// Writes the previous value back. Errors are ignored, because the kernel may no longer accept that value.
void restore_setting(int group, const AppliedSetting& setting);

/// Whether both lists name the same processors, as "0-3,8" and "0,1,2,3,8" do.
bool same_processors(const std::string& a, const std::string& b);

}  // namespace netrunner
