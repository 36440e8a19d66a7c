// Opens the files for the command's descriptors 0-2 and its working directory, which the shepherd hands to the command,
// and the file of -o. Outputs that name one file share one open file. The runner makes them before it blocks signals:
// opening a FIFO waits for its other end, and the user must be able to interrupt that, as with a shell's redirection.
// Pipes and the pseudo-terminal are not made here.
#pragma once

#include <optional>

#include "src/plan/launch_plan.hpp"
#include "src/system/fd.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// A member is empty if there is nothing to open: the shepherd gets netrunner's own then.
struct StandardFiles {
    Descriptor input;
    Descriptor output;
    Descriptor error;
    Descriptor copy;       ///< the file of -o, for netrunner itself
    Descriptor directory;  ///< O_PATH

    enum class Attempt {
        first,
        further,  ///< keeps what earlier attempts have written, and appends to it
    };
    /// Waits at most `until` for the other end of a FIFO. Throws SetupFailure, OpenTimedOut.
    StandardFiles(const LaunchPlan& plan, std::optional<TimePoint> until, Attempt attempt = Attempt::first);

    /// Opens the file of --stdin again, for another attempt, which reads it from its start. Throws SetupFailure.
    void renew_input(const LaunchPlan& plan);

  private:
    [[nodiscard]] Descriptor open_output(const std::string& path, int flags, std::optional<TimePoint> until) const;
};

/// Throws UsageError if the plan has --retries and the file of --stdin can be read only once (a FIFO, a socket).
void refuse_input_for_one_attempt(const LaunchPlan& plan);

/// Opens the working directory and the file of --stdin, and closes them again: a batch refuses before its first job
/// starts what no job could open. A FIFO is not opened. Throws SetupFailure.
void try_given_files(const std::optional<std::string>& directory, const std::optional<StreamChoice>& input);

}  // namespace netrunner
