// The files and the directory that the command is to find as its own. Opened before signals are blocked: opening a FIFO
// waits for its other end, and whoever waits there must be able to call it off, as with a shell's redirection.
#pragma once

#include "src/plan/launch_plan.hpp"
#include "src/system/fd.hpp"

namespace netrunner {

/// Each is empty where the command gets what netrunner has.
struct StandardFiles {
    Descriptor input;
    Descriptor output;
    Descriptor error;
    Descriptor directory;  ///< O_PATH

    /// Throws SetupFailure.
    explicit StandardFiles(const LaunchPlan& plan);
};

}  // namespace netrunner
