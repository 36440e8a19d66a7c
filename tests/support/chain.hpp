// The processes of one run by their PIDs; 0: there is none. Found through /proc.
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

// The processes that exist now, without the command.
Chain links_of(pid_t runner);
Chain links_of(const Process& process);

// Stops them all first, so that none can react, then kills them and waits until they are dead: a process that is still
// exiting still holds its locks and descriptors.
void kill_all(const Chain& links);

// Waits until the command runs the file `program`. Output of the command before its exec does not show that.
Chain chain_of(const Process& process, const std::string& program);

// Whether runs of this binary have a guard, and whether `run` has the option `name`.
bool has_guard();
bool knows_option(const std::string& name);

}  // namespace support
