// Figures of one process in units of ours, from what /proc says of it. Used for display (--progress, `netrunner ps`)
// and for --cpu-time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "src/values/quantity.hpp"

namespace netrunner {

/// The memory of the process that is in RAM, bytes, shared pages included. Nothing if /proc does not show it.
std::optional<Size> resident_size(pid_t pid);

/// `ticks`: of the clock in which /proc/PID/stat counts.
Duration duration_of_ticks(std::uint64_t ticks);

}  // namespace netrunner
