#include "src/batch/spill_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace netrunner {

bool SpillFile::open() {
    if (file_) return true;
    const char* const named = std::getenv("TMPDIR");
    const std::string folder = named != nullptr && *named != '\0' ? named : "/tmp";
    file_ = Descriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file_) return true;
    // Some file systems have no O_TMPFILE.
    std::string path = folder + "/netrunner-XXXXXX";
    file_ = Descriptor(::mkostemp(path.data(), O_CLOEXEC));
    if (file_) ::unlink(path.c_str());
    return bool(file_);
}

std::size_t SpillFile::append(std::span<const std::byte> bytes) {
    const Size room = most_ > used_ ? most_ - used_ : 0;
    bytes = bytes.first(static_cast<std::size_t>(std::min<Size>(room, bytes.size())));
    if (bytes.empty() || !open()) return 0;
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(end_));
    if (written <= 0) return 0;
    end_ += static_cast<Size>(written);
    used_ += static_cast<Size>(written);
    return static_cast<std::size_t>(written);
}

std::size_t SpillFile::read(Size offset, std::span<std::byte> room) const {
    const ssize_t got = ::pread(file_.get(), room.data(), room.size(), static_cast<off_t>(offset));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

void SpillFile::free(Size offset, Size length) {
    used_ -= std::min(used_, length);
    if (used_ == 0) {
        end_ = 0;
        [[maybe_unused]] const int cut = ::ftruncate(file_.get(), 0);
        return;
    }
    ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(length));
}

}  // namespace netrunner
