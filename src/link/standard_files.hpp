// Opens the files for the command's descriptors 0-2 and its working directory; the shepherd hands them to the command.
// The runner makes them before it blocks signals: opening a FIFO waits for its other end, and the user must be able to
// interrupt that, as with a shell's redirection. Pipes and the pseudo-terminal are not made here.
#pragma once

#include "src/plan/launch_plan.hpp"
#include "src/system/fd.hpp"

namespace netrunner {

/// A member is empty if there is nothing to open: the shepherd gets netrunner's own then.
struct StandardFiles {
    Descriptor input;
    Descriptor output;
    Descriptor error;
    Descriptor directory;  ///< O_PATH

    /// Throws SetupFailure.
    explicit StandardFiles(const LaunchPlan& plan);
};

}  // namespace netrunner
