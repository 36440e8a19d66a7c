// The links between netrunner and its command, by their pids: 0 where there is none.
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

// As they stand now, without the command.
Chain links_of(pid_t runner);
Chain links_of(const Process& process);

// Kills them all, stopped first so that none has time for anything, and waits until they are dead: what a dying process
// still holds is in use.
void kill_all(const Chain& links);

// Waits until the command runs the file `program`: what the command said before it did so is no sign of that.
Chain chain_of(const Process& process, const std::string& program);

// Whether runs of this binary have a guard, and whether it knows an option of `run`.
bool has_guard();
bool knows_option(const std::string& name);

}  // namespace support
