// Starts the command: creates the child process, sets it up as the plan says, and executes the command in it. run_guard
// calls it. It prepares nothing: the caller opens every descriptor first. The child makes only async-signal-safe calls.
#pragma once

#include <sys/types.h>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

struct ChildSetup {
    const protocol::Plan* plan = nullptr;
    /// The descriptors that become 0 to 2; -1: inherited unchanged.
    int standard_input = -1;
    int standard_output = -1;
    int standard_error = -1;
    /// Pipe that takes a ChildFailure if the start fails; a successful exec closes it.
    int report = -1;
    /// The pseudo-terminal's slave, if the command starts in that terminal's foreground; else -1.
    int foreground_of = -1;
    /// The control group's directory, cgroup.procs and cgroup.events; -1: none.
    int group = -1;
    int group_procs = -1;
    int group_events = -1;
    pid_t guard = 0;  ///< the guard's pid, the child's parent
    const char* file = nullptr;
    char** argv = nullptr;
    /// argv with one free place before it, for a script without an interpreter line: sh FILE ARGV[1]...
    char** shell_argv = nullptr;
    char** environment = nullptr;
};

/// The report that the child writes to `ChildSetup::report`, in its memory layout: the guard is the same binary.
struct ChildFailure {
    protocol::Stage stage = protocol::Stage::exec;
    int error = 0;
    int detail = 0;
};

/// Creates the process that becomes the command. The caller has blocked all signals. Returns its pid, or -1 with errno.
pid_t start_command(const ChildSetup& setup) noexcept;

}  // namespace netrunner
