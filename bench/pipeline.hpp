// Starts a pipeline of programs as a shell would, so that a shell's own time is not measured. Used by the drivers.
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

/// Written as "NAME: WORD... | WORD... > FILE": words are separated by spaces, and the file is optional.
struct Pipeline {
    std::string name;
    std::vector<Words> stages;
    std::string file;  ///< where the last stage writes; empty: to a pipe that the driver reads
};

Pipeline parse_pipeline(const std::string& line);
/// Reads one pipeline from each line of standard input.
std::vector<Pipeline> read_pipelines();

/// `in` and `out` become the program's descriptors 0 and 1.
pid_t spawn(const Words& words, int in, int out);

/// A pipeline that is running.
struct Running {
    std::vector<pid_t> pids;
    Descriptor output;  ///< read end of the last stage's output; empty if it writes to a file
};
Running start(const Pipeline& pipeline);

/// Waits for all processes of the pipeline. Returns the seconds of user and system time that they and the children they
/// waited for used. Throws if one has failed.
double finish(const Running& running, const std::string& name);

inline double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

}  // namespace bench
