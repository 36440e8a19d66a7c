#include "src/system/fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>

#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

Descriptor above_standard(Descriptor fd) {
    if (!fd || fd.get() > STDERR_FILENO) return fd;
    return Descriptor(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

}  // namespace

Descriptor open_file(const std::string& path, int flags, mode_t mode) {
    Descriptor fd = above_standard(Descriptor(::open(path.c_str(), flags | O_CLOEXEC, mode)));
    if (!fd) throw SetupFailure("open", errno, fmt::format("cannot open '{}'", path));
    return fd;
}

Descriptor duplicate(int fd, int lowest) {
    Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, lowest));
    if (!copy) throw SetupFailure("open", errno, fmt::format("cannot duplicate descriptor {}", fd));
    return copy;
}

Descriptor reopen_nonblocking(int fd, int access) {
    struct stat info {};
    // Opening the pty multiplexer again would create a new pseudo-terminal.
    if (::fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == makedev(5, 2)) return {};
    Descriptor own(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!own || !same_file(own.get(), fd)) return {};
    return above_standard(std::move(own));
}

bool same_file(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_rdev == b.st_rdev;
}

bool same_file(int a, int b) {
    struct stat first {};
    struct stat second {};
    return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && same_file(first, second);
}

bool same_file(const std::string& path, int fd) {
    struct stat named {};
    struct stat open {};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(fd, &open) == 0 && same_file(named, open);
}

bool ready_now(int fd, short events) {
    pollfd target{fd, events, 0};
    return ::poll(&target, 1, 0) > 0;
}

std::size_t bytes_waiting(int pipe) {
    int count = 0;
    return ::ioctl(pipe, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t pipe_capacity(int pipe) {
    const int capacity = ::fcntl(pipe, F_GETPIPE_SZ);
    return capacity > 0 ? static_cast<std::size_t>(capacity) : 0;
}

std::array<bool, 3> occupy_standard_descriptors() {
    std::array<bool, 3> closed{};
    for (std::size_t fd = 0; fd < closed.size(); ++fd) {
        if (::fcntl(static_cast<int>(fd), F_GETFD) >= 0 || errno != EBADF) continue;
        closed[fd] = true;
        // open(2) returns the lowest free number, which is `fd`.
        [[maybe_unused]] const int opened = ::open("/dev/null", O_RDWR);
    }
    return closed;
}

}  // namespace netrunner
