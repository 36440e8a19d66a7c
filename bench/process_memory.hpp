// The memory that the processes of a program hold, in KiB, read from /proc/PID/smaps_rollup.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

struct ProcessMemory {
    pid_t pid = 0;
    std::string name;  ///< as ps(1) shows it
    double resident = 0;
    double shared_out = 0;  ///< PSS: each shared page is divided among the processes that map it
    double dirty = 0;       ///< private and written to: the cost of one more process
    double clean = 0;       ///< private and unchanged since it was read from the file
};

/// All running processes whose program path begins with `path`. The names of netrunner's helper programs begin with
/// "netrunner", so they are included.
std::vector<ProcessMemory> memory_of(const std::string& path);

/// The path of the program that PATH finds, with links resolved. Throws if there is none.
std::string path_of(const std::string& word);

}  // namespace bench
