#include "src/live/event_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>

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

Sink open_event_place(const Endpoint& place, std::optional<TimePoint> until) {
    if (place.descriptor) {
        refuse_unusable("--events", *place.descriptor, true);
        return Sink::borrowing(*place.descriptor);
    }
    const auto found = find_place(place.path);
    Descriptor file = found && found->descriptor
                          ? duplicate(*found->descriptor)
                          : open_patiently(place.path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK, until);
    return Sink::sharing(std::move(file));
}

}  // namespace netrunner
