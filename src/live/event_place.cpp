#include "src/live/event_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "src/system/file_place.hpp"
#include "src/system/patient_open.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {

void refuse_unusable(const char* option, int fd, bool to_write) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0) throw SetupFailure("open", EBADF, fmt::format("{} {}", option, fd));
    const int access = flags & O_ACCMODE;
    if (access != O_RDWR && access != (to_write ? O_WRONLY : O_RDONLY)) {
        throw UsageError(
            fmt::format("{} {}: the descriptor is not open for {}", option, fd, to_write ? "writing" : "reading"));
    }
}

namespace {

/// A run that was killed, or that found the disk full, may have left a line without its end. The next line must not be
/// joined to it.
void end_last_line(int file) {
    struct stat info {};
    if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return;
    const Descriptor reader(::open(fmt::format("/proc/self/fd/{}", file).c_str(), O_RDONLY | O_CLOEXEC));
    char last = '\n';
    if (reader && ::pread(reader.get(), &last, 1, info.st_size - 1) == 1 && last != '\n') {
        [[maybe_unused]] const ssize_t written = ::write(file, "\n", 1);
    }
}

}  // namespace

Sink open_event_place(const Endpoint& place, std::optional<TimePoint> until) {
    if (place.descriptor) {
        refuse_unusable("--events", *place.descriptor, true);
        return Sink::borrowing(*place.descriptor);
    }
    const auto found = find_place(place.path);
    Descriptor file = found && found->descriptor
                          ? duplicate(*found->descriptor)
                          : open_patiently(place.path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK, until);
    end_last_line(file.get());
    return Sink::sharing(std::move(file));
}

}  // namespace netrunner
