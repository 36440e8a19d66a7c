// Descriptors and the results of moving bytes through them. Every call answers with a value: bytes moved, would
// block, end, or an errno; nothing here throws but the openers. The owner itself, Descriptor, is shared with the
// shepherd.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

struct IoResult {
    enum class Status { moved, would_block, end, failed };
    Status status = Status::would_block;
    std::size_t bytes = 0;  ///< for `moved`, never 0
    int error = 0;          ///< errno for `failed`

    /// What read, write, splice, send and the like answer when called; again after EINTR. `zero_is_end`: 0 means end
    /// of file.
    template <class Call>
    static IoResult of(bool zero_is_end, Call call) {
        ssize_t returned = 0;
        do {
            returned = call();
        } while (returned < 0 && errno == EINTR);
        if (returned > 0) return {Status::moved, static_cast<std::size_t>(returned), 0};
        if (returned == 0) return {zero_is_end ? Status::end : Status::would_block, 0, 0};
        if (errno == EAGAIN) return {Status::would_block, 0, 0};
        return {Status::failed, 0, errno};
    }
};

/// open(2) with O_CLOEXEC, above descriptor 2. Throws SetupFailure "cannot open 'PATH'".
Descriptor open_file(const std::string& path, int flags, mode_t mode = 0666);

/// A second descriptor for the same open file, close-on-exec and at least `lowest`. Throws SetupFailure.
Descriptor duplicate(int fd, int lowest = 3);

/// The same file through an open file of our own, which alone is non-blocking: the one that was inherited is shared
/// with other processes and stays as it is. Empty where that is not possible (sockets, or no permission).
Descriptor reopen_nonblocking(int fd, int access);

/// Whether both descriptors lead to the same file, pipe, socket or terminal.
bool same_file(int a, int b);
bool same_file(const std::string& path, int fd);

/// Whether poll(2) reports any of `events`, or an error, on `fd` now.
bool ready_now(int fd, short events);

/// Bytes that can be read from a pipe now; 0 when that cannot be told.
std::size_t bytes_waiting(int pipe);

/// Bytes that a pipe holds at most; 0 when it is none.
std::size_t pipe_capacity(int pipe);

/// Turns closed descriptors among 0-2 into /dev/null, so that nothing we open lands there. To be called first. Returns
/// which were closed.
std::array<bool, 3> occupy_standard_descriptors();

}  // namespace netrunner
