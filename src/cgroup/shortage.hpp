// Names the limit behind a shortage of processes or descriptors, because the kernel reports only an errno. Called only
// after a failure to start the shepherd or the command. It reads the present counts, so it may find no limit.
#pragma once

#include <string>

namespace netrunner {

/// ", since pids.max of '/jobs/a' is reached (512)", to append to the text of what failed. Empty if `error` is not
/// EAGAIN, EMFILE or ENFILE, or if no limit is found.
std::string describe_limit_met(int error);

}  // namespace netrunner
