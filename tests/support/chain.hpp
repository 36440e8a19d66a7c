// The links between netrunner and its command, by their pids, as they stand now: 0 where there is none.
#pragma once

#include <sys/types.h>

#include <string>

#include "process.hpp"

namespace support {

struct Chain {
    pid_t runner = 0;
    pid_t shepherd = 0;
    pid_t guard = 0;
    pid_t command = 0;
};

// `program` is the file that the command runs: only once it does, the chain is complete.
Chain chain_of(const Process& process, const std::string& program);

// Whether runs of this binary have a guard, and whether it knows an option of `run`.
bool has_guard(const Process& process);
bool knows_option(const std::string& name);

}  // namespace support
