// A file that appears whole or not at all, and whatever it replaces stays until then. A device or a FIFO is written to
// as it is. Mechanism.
#pragma once

#include <string>

#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class WholeFile {
  public:
    /// Finds out whether it can be written, before there is anything to write. `complaint` begins the message of every
    /// failure. Throws std::system_error.
    WholeFile(const std::string& path, std::string complaint);

    /// Whether writing may have to wait for a reader; a file is written at once.
    [[nodiscard]] bool may_wait() const { return direct_; }

    /// Once. A reader that takes nothing is waited for no longer than `patience`. Throws std::system_error.
    void write(const std::string& text, Duration patience);

  private:
    [[noreturn]] void fail() const;

    std::string complaint_;
    std::string path_;     ///< resolved: a link's target, not the link, is replaced
    bool direct_ = false;  ///< a device, FIFO or the like
    Descriptor prepared_;  ///< of a direct target, or an unnamed file in the target's folder
};

/// All of `text` to an open descriptor, in the same way; `what` is the message.
void write_whole(int fd, const std::string& text, Duration patience, const std::string& what);

}  // namespace netrunner
