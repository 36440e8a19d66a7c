// Writes a file that appears complete or not at all, and replaces a previous file only then. Devices and FIFOs are
// written directly. Used for the JSON report and the JUnit file; it knows neither format.
#pragma once

#include <string>

#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class WholeFile {
  public:
    /// Checks that `path` can be written, before there is anything to write. `complaint` is the start of each failure's
    /// message. Throws std::system_error.
    WholeFile(const std::string& path, std::string complaint);

    /// Whether write() may have to wait for a reader. Writing a regular file does not wait.
    [[nodiscard]] bool may_wait() const { return direct_; }

    /// To be called once. Waits at most `patience` for a reader. Throws std::system_error.
    void write(const std::string& text, Duration patience);

  private:
    [[noreturn]] void fail() const;

    std::string complaint_;
    std::string path_;     ///< resolved, so that the target of a symbolic link is replaced, not the link
    bool direct_ = false;  ///< the target exists and is not a regular file
    Descriptor prepared_;  ///< the open direct target, or an unnamed file in the target's folder
};

/// Writes all of `text` to an open descriptor. Waits at most `patience` for its reader. Throws std::system_error with
/// the message `what`.
void write_whole(int fd, const std::string& text, Duration patience, const std::string& what);

}  // namespace netrunner
