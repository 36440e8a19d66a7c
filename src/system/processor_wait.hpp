// How long this process has been ready to run without getting a processor. Used by the session to tell a busy machine
// from a suspended process.
#pragma once

#include "src/values/quantity.hpp"

namespace netrunner {

/// The total since the start of this process; zero if the kernel does not tell (/proc/self/schedstat).
Duration processor_wait();

}  // namespace netrunner
