#include "src/report/written_place.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "src/system/file_place.hpp"

namespace netrunner {

WrittenPlace::WrittenPlace(const std::string& path, const std::string& complaint, bool stdout_was_closed)
    : complaint_(complaint) {
    if (path == "-" && stdout_was_closed) throw std::system_error(EBADF, std::generic_category(), complaint_);
    const auto place = find_place(path);
    if (!place || !place->descriptor) {
        file_.emplace(path, complaint_);
        return;
    }
    descriptor_ = *place->descriptor;
    if (descriptor_ <= STDERR_FILENO) return;
    owned_ = duplicate(descriptor_);  // netrunner closes the user's descriptor once the command has it
    descriptor_ = owned_.get();
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
