#include "src/report/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "src/relay/sink.hpp"
#include "src/system/patient_open.hpp"
#include "src/system/real_path.hpp"

namespace netrunner {
namespace {

/// How long a FIFO's reader is waited for at the end of a run.
constexpr std::chrono::seconds fifo_patience{10};

/// Whether no other file can be given the name of the regular file `path`: it is a mount point, immutable, or another
/// user's in a folder like /tmp (sticky).
bool is_bound_to_its_name(const std::string& path, const struct stat& info) {
    struct statx more {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS, &more) == 0) {
        constexpr std::uint64_t binding = STATX_ATTR_MOUNT_ROOT | STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
        if ((more.stx_attributes & more.stx_attributes_mask & binding) != 0) return true;
    }
    struct stat folder {};
    const auto parent = std::filesystem::path(path).parent_path();
    if (::stat(parent.empty() ? "." : parent.c_str(), &folder) != 0) return false;
    const uid_t own = ::geteuid();
    return (folder.st_mode & S_ISVTX) != 0 && own != 0 && folder.st_uid != own && info.st_uid != own;
}

bool is_removed(const std::filesystem::path& directory) {
    struct stat info {};
    return ::stat(directory.c_str(), &info) == 0 && info.st_nlink == 0;
}

}  // namespace

void write_whole(int fd, const std::string& text, Duration patience, const std::string& what) {
    Sink sink = Sink::borrowing(fd);
    const int error = write_all(sink, std::as_bytes(std::span(text)), patience);
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

WholeFile::WholeFile(const std::string& path, std::string complaint) : complaint_(std::move(complaint)) {
    std::error_code unresolved;
    const auto resolved = real_path_so_far(path, unresolved);
    path_ = unresolved ? path : resolved.string();
    struct stat info {};
    const bool exists = ::stat(path.c_str(), &info) == 0;
    if (exists && !S_ISREG(info.st_mode)) {
        prepare_direct(S_ISFIFO(info.st_mode));
    } else if (exists && is_bound_to_its_name(path_, info)) {
        prepare_in_place();
    } else {
        prepare_replacement(exists);
    }
}

void WholeFile::prepare_direct(bool is_fifo) {
    way_ = Way::direct;
    prepared_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC | (is_fifo ? O_NONBLOCK : 0)));
    if (prepared_) return;
    if (!is_fifo || errno != ENXIO) fail();
    way_ = Way::fifo;  // no process reads it yet
}

void WholeFile::prepare_in_place() {
    way_ = Way::in_place;
    prepared_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (!prepared_) fail();
}

void WholeFile::prepare_replacement(bool exists) {
    const auto folder = std::filesystem::path(path_).parent_path();
    const std::string where = folder.empty() ? "." : folder.string();
    prepared_ = Descriptor(::open(where.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
    if (prepared_) return;
    // If the file system has no unnamed files (O_TMPFILE), write() makes a file with a temporary name.
    if (errno == EOPNOTSUPP && ::access(where.c_str(), W_OK | X_OK) == 0) return;
    // Some file systems refuse this with EPERM in a directory that was removed, which can only be the current one.
    if (errno == EPERM && is_removed(where)) errno = ENOENT;
    if (!exists) fail();
    prepare_in_place();
}

void WholeFile::fail() const { throw std::system_error(errno, std::generic_category(), complaint_); }

void WholeFile::write(const std::string& text, Duration patience) {
    switch (way_) {
        case Way::fifo: open_fifo(patience); [[fallthrough]];
        case Way::direct: write_whole(prepared_.get(), text, patience, complaint_); return;
        case Way::in_place: write_in_place(text, patience); return;
        case Way::replace: replace(text, patience); return;
    }
}

void WholeFile::open_fifo(Duration patience) {
    const Duration limit = std::min<Duration>(patience, fifo_patience);
    try {
        prepared_ = open_patiently(path_, O_WRONLY | O_NOCTTY, std::chrono::steady_clock::now() + limit);
    } catch (const OpenTimedOut&) {
        throw std::runtime_error(
            fmt::format("{}: no process has opened it for reading within {}", complaint_, format_duration(limit)));
    } catch (const std::system_error& failure) {
        throw std::system_error(failure.code(), complaint_);
    }
}

void WholeFile::write_in_place(const std::string& text, Duration patience) {
    if (::ftruncate(prepared_.get(), 0) != 0) fail();
    write_whole(prepared_.get(), text, patience, complaint_);
}

void WholeFile::replace(const std::string& text, Duration patience) {
    const std::string passing = fmt::format("{}.{}.netrunner", path_, ::getpid());
    const bool unnamed = static_cast<bool>(prepared_);
    if (!unnamed) prepared_ = Descriptor(::open(passing.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!prepared_) fail();
    try {
        write_whole(prepared_.get(), text, patience, complaint_);
        const std::string unnamed_path = fmt::format("/proc/self/fd/{}", prepared_.get());
        const bool named =
            !unnamed || ::linkat(AT_FDCWD, unnamed_path.c_str(), AT_FDCWD, passing.c_str(), AT_SYMLINK_FOLLOW) == 0;
        if (!named || ::rename(passing.c_str(), path_.c_str()) != 0) {
            const int error = errno;
            // The folder or the file may have changed since the start, or the kernel does not tell of its mounts.
            prepared_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
            if (!prepared_) throw std::system_error(error, std::generic_category(), complaint_);
            write_in_place(text, patience);
            ::unlink(passing.c_str());
        }
    } catch (...) {
        ::unlink(passing.c_str());
        throw;
    }
}

}  // namespace netrunner
