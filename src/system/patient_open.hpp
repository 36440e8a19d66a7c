// Opens a file that may have to wait for another process: a FIFO, for a process at its other end. A signal that ends
// netrunner ends the wait too.
#pragma once

#include <optional>
#include <string>
#include <system_error>

#include "src/system/fd.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// No process came to the other end of the FIFO in time.
class OpenTimedOut : public std::system_error {
  public:
    /// `path` was to be opened for writing if `writes`, else for reading.
    OpenTimedOut(const std::string& path, bool writes);

    /// "no process has opened 'PATH' for reading"
    [[nodiscard]] const char* what() const noexcept override { return line_.c_str(); }

  private:
    std::string line_;
};

/// As open_file, but if `path` is a FIFO, waits at most `until` for its other end. Throws OpenTimedOut, also if a
/// signal handler interrupts a wait without a limit; SetupFailure.
Descriptor open_patiently(const std::string& path, int flags, std::optional<TimePoint> until);

}  // namespace netrunner
