// Whether a process that was created inside a control group is limited to the group's processors and memory nodes.
// Older kernels (5.10 among them) ignore cpusets when clone3(2) creates a process in another group; they apply them
// when a process is moved (docs/decisions/0016). It makes system calls only and allocates nothing.
#pragma once

#include <string_view>

namespace netrunner {

/// True if the calling process may use only what the cpuset of the group `directory` allows, or if no cpuset is there,
/// neither in the group nor above it. False also if that cannot be read.
bool obeys_cpuset(int directory) noexcept;

/// True if each number of `list` is in `allowed`. Both are the kernel's lists, in ascending order, such as "0-3,8".
bool is_within(std::string_view list, std::string_view allowed) noexcept;

}  // namespace netrunner
