// Sums the resource usage of a run's processes; the guard adds each process's rusage as it reaps it.
#pragma once

#include <sys/resource.h>

#include <algorithm>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

inline std::int64_t microseconds(const timeval& time) noexcept {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

inline void add_usage(protocol::Usage& sum, const rusage& used) noexcept {
    sum.user_us += microseconds(used.ru_utime);
    sum.system_us += microseconds(used.ru_stime);
    sum.max_rss = std::max(sum.max_rss, static_cast<std::int64_t>(used.ru_maxrss) * 1024);
    sum.minor_faults += used.ru_minflt;
    sum.major_faults += used.ru_majflt;
    sum.voluntary_switches += used.ru_nvcsw;
    sum.involuntary_switches += used.ru_nivcsw;
    sum.blocks_in += used.ru_inblock;
    sum.blocks_out += used.ru_oublock;
}

}  // namespace netrunner
