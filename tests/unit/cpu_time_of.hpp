// How long a piece of work takes, for tests that pin that its time grows with its size and not with the square of it.
#pragma once

#include <ctime>

namespace unit {

/// Seconds of processor time, which other processes do not change.
template <class Work>
double cpu_time_of(Work work) {
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    const double begun = now();
    work();
    return now() - begun;
}

}  // namespace unit
