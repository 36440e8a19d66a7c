// Figures of one process in units of ours, from what /proc says of it. Used by the looks at a tree (src/sampling) and
// by `netrunner ps`.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "src/values/quantity.hpp"

namespace netrunner {

/// The memory of the process that is in RAM, bytes, shared pages included. Nothing if /proc does not show it.
std::optional<Size> resident_size(pid_t pid);

struct MemoryOfProcess {
    std::optional<Size> resident{};
    std::optional<Size> peak{};  ///< the most of it so far
};
/// Bytes. Nothing of a process that has ended, or that /proc does not show.
MemoryOfProcess memory_of(pid_t pid);

/// The processor time of the first thread of the process, of which it may be the only one, in nanoseconds;
/// /proc/PID/stat has it in whole clock ticks. Nothing if the kernel does not show it.
std::optional<Duration> time_of_first_thread(pid_t pid);

struct DiskTransfers {
    Size read = 0;  ///< bytes
    Size written = 0;
};
/// What the process and the children that it has reaped have transferred. Nothing with errno if it cannot be read:
/// EACCES for a process of another user, or that is not dumpable.
std::optional<DiskTransfers> transfers_of(pid_t pid);

/// `ticks`: of the clock in which /proc/PID/stat counts.
Duration duration_of_ticks(std::uint64_t ticks);

}  // namespace netrunner
