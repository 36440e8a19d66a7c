// Where the report or the JUnit file goes: a descriptor that netrunner was given, if the path is `-` or stands for one
// (src/system/file_place), else a file that appears whole. It knows neither format.
#pragma once

#include <optional>
#include <string>

#include "src/report/whole_file.hpp"
#include "src/system/fd.hpp"

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

    /// To be called once. Waits at most `patience` for a reader. Throws std::runtime_error.
    void write(const std::string& text, Duration patience);

  private:
    std::string complaint_;
    int descriptor_ = -1;  ///< if `file_` is empty
    Descriptor owned_;     ///< `descriptor_`, if it is above 2
    std::optional<WholeFile> file_;
};

}  // namespace netrunner
