// Opens what --events and --control name, for `Live` and for a batch, and refuses descriptors that cannot serve.
#pragma once

#include <optional>

#include "src/cli/options.hpp"
#include "src/relay/sink.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// Throws SetupFailure if `fd` is not open, UsageError if it is not open for writing, or for reading unless `to_write`.
void refuse_unusable(const char* option, int fd, bool to_write);

/// A descriptor stays the caller's. A file is appended to; a FIFO waits for its reader, at most `until`. Throws
/// SetupFailure, OpenTimedOut, UsageError.
Sink open_event_place(const Endpoint& place, std::optional<TimePoint> until);

}  // namespace netrunner
