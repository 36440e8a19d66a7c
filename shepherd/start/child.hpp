// From birth to exec: makes the new process what the plan asks for, in an order that works, and becomes the
// command. In it only async-signal-safe calls; everything it needs was prepared before.
#pragma once

#include <sys/types.h>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

struct ChildSetup {
    const protocol::Plan* plan = nullptr;
    /// What becomes descriptors 0 to 2; -1 leaves one as it is.
    int standard_input = -1;
    int standard_output = -1;
    int standard_error = -1;
    /// Where {stage, errno} goes when something fails; closed by a successful exec.
    int report = -1;
    /// The pseudo-terminal, if it is the controlling terminal and the command is to be its foreground; else -1.
    int foreground_of = -1;
    /// The control group's directory, cgroup.procs and cgroup.events; -1: none.
    int group = -1;
    int group_procs = -1;
    int group_events = -1;
    pid_t guard = 0;  ///< its parent
    const char* file = nullptr;
    char** argv = nullptr;
    /// argv with a free place in front, for a script without an interpreter line: sh FILE ARGV[1]...
    char** shell_argv = nullptr;
    char** environment = nullptr;
};

/// What travels over `ChildSetup::report`, within one machine and one binary: as it stands in memory.
struct ChildFailure {
    protocol::Stage stage = protocol::Stage::exec;
    int error = 0;
    int detail = 0;
};

/// Makes the process that becomes the command; to be called with every signal blocked. Its pid, or -1 with errno.
pid_t start_command(const ChildSetup& setup) noexcept;

}  // namespace netrunner
