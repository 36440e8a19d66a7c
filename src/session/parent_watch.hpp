// For --die-with-parent: a descriptor that shows when the process that started netrunner has ended. A session opens and
// watches it, and stops the run. Nothing is stopped here.
#pragma once

#include "src/system/fd.hpp"

namespace netrunner {

/// A pidfd of the parent process; it becomes readable when the parent has ended. Throws SetupFailure if the parent
/// cannot be watched or has already ended.
Descriptor open_parent();

}  // namespace netrunner
