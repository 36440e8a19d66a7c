// Where the report or the JUnit file goes: a file that appears whole, or standard output or error, if the path is `-`
// or names the file behind one of them. It knows neither format.
#pragma once

#include <optional>
#include <string>

#include "src/report/whole_file.hpp"

namespace netrunner {

class WrittenPlace {
  public:
    /// Checks that `path` can be written, before there is anything to write. `complaint` is the start of each failure's
    /// message. Throws std::system_error.
    WrittenPlace(const std::string& path, const std::string& complaint, bool stdout_was_closed);

    /// Whether the text goes where the command's relayed output goes.
    [[nodiscard]] bool on_stdout() const;

    /// Whether write() may have to wait for a reader. Writing a regular file by its name does not wait.
    [[nodiscard]] bool may_wait() const { return !file_ || file_->may_wait(); }

    /// To be called once. Waits at most `patience` for a reader. Throws std::system_error.
    void write(const std::string& text, Duration patience);

  private:
    std::string complaint_;
    int descriptor_ = -1;  ///< 1 or 2, if `file_` is empty
    std::optional<WholeFile> file_;
};

}  // namespace netrunner
