// The kernel's counters of a control group (cgroups(7)) as values. Cgroup reads them at the end of a run; the verdict,
// the summary and the report use them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace netrunner {

/// A counter that the kernel does not provide is nothing, never 0.
struct CgroupFigures {
    std::optional<std::uint64_t> memory_peak;  ///< bytes
    std::optional<std::uint64_t> oom_kills;    ///< processes that the OOM killer killed
    std::optional<std::uint64_t> ooms;      ///< times that memory.max of it or of a group inside it could not be kept
    std::optional<std::uint64_t> own_ooms;  ///< the same, for memory.max of the group only
    std::optional<std::uint64_t> high_events;  ///< times that its processes were throttled at memory.high
    std::optional<std::uint64_t> cpu_usage_us;
    std::optional<std::uint64_t> cpu_user_us;
    std::optional<std::uint64_t> cpu_system_us;
    std::optional<std::uint64_t> cpu_throttled_us;
    std::optional<std::uint64_t> pids_peak;
    std::optional<std::uint64_t> pids_refused;  ///< forks that failed because of pids.max
    std::optional<std::uint64_t> io_read;       ///< bytes
    std::optional<std::uint64_t> io_written;    ///< bytes
    std::map<std::string, double> pressure;     ///< "cpu", "memory", "io": seconds in which some process waited for it
};

/// The counters of the group with the open `directory`, since the group was made.
CgroupFigures read_figures(int directory);

/// The difference of two readings. A peak is kept only if it has risen; otherwise the peak between them is unknown.
CgroupFigures since(const CgroupFigures& before, CgroupFigures now);

}  // namespace netrunner
