// Writes a file that appears complete or not at all, and replaces a previous file only then. A file that cannot be
// replaced is written in place; devices and FIFOs are written directly (docs/decisions/0041). Used for the JSON report
// and the JUnit file; it knows neither format.
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
    [[nodiscard]] bool may_wait() const { return way_ == Way::direct || way_ == Way::fifo; }

    /// To be called once. Waits at most `patience` for a reader, and at most 10 s for a reader that has not opened a
    /// FIFO. Throws std::runtime_error.
    void write(const std::string& text, Duration patience);

  private:
    enum class Way {
        replace,   ///< write a new file, then rename it; `prepared_` is unnamed, or empty if the file system has none
        in_place,  ///< empty the file and write it: its folder or the file itself allows no rename
        direct,    ///< write to `prepared_`, which is no regular file
        fifo,      ///< a FIFO that had no reader at the start: open it at the end
    };
    void prepare_direct(bool is_fifo);
    void prepare_in_place();
    void prepare_replacement(bool exists);
    void open_fifo(Duration patience);
    void replace(const std::string& text, Duration patience);
    void write_in_place(const std::string& text, Duration patience);
    [[noreturn]] void fail() const;

    std::string complaint_;
    std::string path_;  ///< resolved, so that the target of a symbolic link is replaced, not the link
    Way way_ = Way::replace;
    Descriptor prepared_;
};

/// Writes all of `text` to an open descriptor. Waits at most `patience` for its reader. Throws std::system_error with
/// the message `what`.
void write_whole(int fd, const std::string& text, Duration patience, const std::string& what);

}  // namespace netrunner
