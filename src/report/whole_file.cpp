#include "src/report/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "src/relay/sink.hpp"

namespace netrunner {

void write_whole(int fd, const std::string& text, Duration patience, const std::string& what) {
    Sink sink = Sink::borrowing(fd);
    const int error = write_all(sink, std::as_bytes(std::span(text)), patience);
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

WholeFile::WholeFile(const std::string& path, std::string complaint) : complaint_(std::move(complaint)) {
    std::error_code unresolved;
    const auto resolved = std::filesystem::weakly_canonical(path, unresolved);
    path_ = unresolved ? path : resolved.string();
    struct stat info {};
    const bool exists = ::stat(path.c_str(), &info) == 0;
    direct_ = exists && !S_ISREG(info.st_mode);
    if (direct_) {
        prepared_ = Descriptor(::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    } else {
        const auto folder = std::filesystem::path(path_).parent_path();
        prepared_ = Descriptor(::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
        // If the file system has no unnamed files (O_TMPFILE), write() makes a file with a temporary name.
        if (!prepared_ && errno == EOPNOTSUPP && ::access(folder.c_str(), W_OK | X_OK) == 0) return;
    }
    if (!prepared_) fail();
}

void WholeFile::fail() const { throw std::system_error(errno, std::generic_category(), complaint_); }

void WholeFile::write(const std::string& text, Duration patience) {
    if (direct_) {
        write_whole(prepared_.get(), text, patience, complaint_);
        return;
    }
    const std::string passing = fmt::format("{}.{}.netrunner", path_, ::getpid());
    const bool unnamed = static_cast<bool>(prepared_);
    if (!unnamed) prepared_ = Descriptor(::open(passing.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!prepared_) fail();
    try {
        write_whole(prepared_.get(), text, patience, complaint_);
        const std::string unnamed_path = fmt::format("/proc/self/fd/{}", prepared_.get());
        const bool named =
            !unnamed || ::linkat(AT_FDCWD, unnamed_path.c_str(), AT_FDCWD, passing.c_str(), AT_SYMLINK_FOLLOW) == 0;
        if (!named || ::rename(passing.c_str(), path_.c_str()) != 0) fail();
    } catch (...) {
        ::unlink(passing.c_str());
        throw;
    }
}

}  // namespace netrunner
