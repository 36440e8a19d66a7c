// What the processes of a program hold, as /proc/PID/smaps_rollup tells it. KiB.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

struct ProcessMemory {
    pid_t pid = 0;
    std::string name;  ///< as ps(1) shows it
    double resident = 0;
    double shared_out = 0;  ///< PSS: pages that several have are divided among them
    double dirty = 0;       ///< private and written to: what one more of them costs
    double clean = 0;       ///< private and as in the file
};

/// All that run now and whose program's path begins with `path`: netrunner's helpers have names that begin with its
/// own.
std::vector<ProcessMemory> memory_of(const std::string& path);

/// Where a program is found, links resolved.
std::string path_of(const std::string& word);

}  // namespace bench
