#include "src/report/written_place.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace netrunner {

WrittenPlace::WrittenPlace(const std::string& path, const std::string& complaint, bool stdout_was_closed)
    : complaint_(complaint) {
    // A new file in the place of the one behind standard output or error would replace the output.
    if (path == "-") {
        if (stdout_was_closed) throw std::system_error(EBADF, std::generic_category(), complaint_);
        descriptor_ = STDOUT_FILENO;
    } else if (same_file(path, STDOUT_FILENO)) {
        descriptor_ = STDOUT_FILENO;
    } else if (same_file(path, STDERR_FILENO)) {
        descriptor_ = STDERR_FILENO;
    } else {
        file_.emplace(path, complaint_);
    }
}

bool WrittenPlace::on_stdout() const { return descriptor_ == STDOUT_FILENO; }

void WrittenPlace::write(const std::string& text, Duration patience) {
    if (file_) {
        file_->write(text, patience);
    } else {
        write_whole(descriptor_, text, patience, complaint_);
    }
}

}  // namespace netrunner
