// What the kernel has counted in a control group (cgroups(7)).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace netrunner {

/// What the kernel counted; nothing where it does not, never an invented 0.
struct CgroupFigures {
    std::optional<std::uint64_t> memory_peak;  ///< bytes
    std::optional<std::uint64_t> oom_kills;    ///< processes that the kernel killed for want of memory
    std::optional<std::uint64_t> ooms;         ///< how often its limit, or that of a group inside it, could not be kept
    std::optional<std::uint64_t> own_ooms;     ///< its own limit
    std::optional<std::uint64_t> high_events;  ///< how often it was slowed down at memory.high
    std::optional<std::uint64_t> cpu_usage_us;
    std::optional<std::uint64_t> cpu_user_us;
    std::optional<std::uint64_t> cpu_system_us;
    std::optional<std::uint64_t> cpu_throttled_us;
    std::optional<std::uint64_t> pids_peak;
    std::optional<std::uint64_t> pids_refused;  ///< forks that pids.max prevented
    std::optional<std::uint64_t> io_read;       ///< bytes
    std::optional<std::uint64_t> io_written;
    std::map<std::string, double> pressure;  ///< "cpu", "memory", "io": seconds in which somebody waited for it
};

/// Of the group whose directory this is, since it was made.
CgroupFigures read_figures(int directory);

/// What came between two readings. A peak is only known where it is higher than it was.
CgroupFigures since(const CgroupFigures& before, CgroupFigures now);

}  // namespace netrunner
