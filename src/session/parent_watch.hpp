// --die-with-parent: sees the end of the process that started this one.
#pragma once

#include "src/system/fd.hpp"

namespace netrunner {

/// Readable once the process has ended that started this one. Throws SetupFailure where it cannot be watched, or has
/// ended already.
Descriptor open_parent();

}  // namespace netrunner
