// A line of programs as a shell would start it, without a shell's own time in the measurement.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "shepherd/system/descriptor.hpp"

namespace bench {

using netrunner::Descriptor;
using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC
using Words = std::vector<std::string>;

/// Throws std::system_error with errno when `result` is negative.
int check(int result, const std::string& what);

/// "NAME: WORD... | WORD... > FILE": words are what spaces part, and the file is optional.
struct Pipeline {
    std::string name;
    std::vector<Words> stages;
    std::string file;  ///< where the last one writes; empty: to whoever runs it
};

Pipeline parse_pipeline(const std::string& line);
/// One a line of standard input.
std::vector<Pipeline> read_pipelines();

/// `in` and `out` become the program's descriptors 0 and 1.
pid_t spawn(const Words& words, int in, int out);

/// What runs now.
struct Running {
    std::vector<pid_t> pids;
    Descriptor output;  ///< what the last one writes; none when it writes to a file
};
Running start(const Pipeline& pipeline);

/// Waits for all of them; the seconds of user and system time that they and those they waited for took. Throws when one
/// has failed.
double finish(const Running& running, const std::string& name);

inline double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

}  // namespace bench
