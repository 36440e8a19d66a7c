// What the processes of a run have used, summed up as they are reaped.
#pragma once

#include <sys/resource.h>

#include <algorithm>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

inline std::int64_t microseconds(const timeval& time) noexcept {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

inline void add_usage(protocol::Usage& sum, const rusage& one) noexcept {
    sum.user_us += microseconds(one.ru_utime);
    sum.system_us += microseconds(one.ru_stime);
    sum.max_rss = std::max(sum.max_rss, static_cast<std::int64_t>(one.ru_maxrss) * 1024);
    sum.minor_faults += one.ru_minflt;
    sum.major_faults += one.ru_majflt;
    sum.voluntary_switches += one.ru_nvcsw;
    sum.involuntary_switches += one.ru_nivcsw;
    sum.blocks_in += one.ru_inblock;
    sum.blocks_out += one.ru_oublock;
}

}  // namespace netrunner
