// Opens, duplicates and examines descriptors, and describes the result of moving bytes through one (IoResult). Used
// throughout src/. Only open_file and duplicate throw. The owning class, Descriptor, is in shepherd/system, because
// both programs use it.
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

    /// The result of `call`, which calls read, write, splice, send or the like; repeats it after EINTR. `zero_is_end`:
    /// 0 means end of file, else would-block.
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

/// Whether preadv2(2) or pwritev2(2) gave this error because it cannot be used with RWF_NOWAIT: the file or the kernel
/// does not support that, or a seccomp filter of an older container engine refuses the call (docs/decisions/0054).
constexpr bool lacks_nowait(int error) { return error == EOPNOTSUPP || error == ENOSYS || error == EPERM; }

/// open(2) with O_CLOEXEC; the descriptor is above 2. Throws SetupFailure "cannot open 'PATH'".
Descriptor open_file(const std::string& path, int flags, mode_t mode = 0666);

/// A second descriptor for the same open file, close-on-exec and at least `lowest`. Throws SetupFailure.
Descriptor duplicate(int fd, int lowest = 3);

/// Opens the file of `fd` again, non-blocking. The flags of an inherited descriptor must not be changed, because other
/// processes share its open file. Empty if the file cannot be opened again (sockets, or no permission).
Descriptor reopen_nonblocking(int fd, int access);

/// Whether both descriptors lead to the same file, pipe, socket or terminal.
bool same_file(int a, int b);
bool same_file(const std::string& path, int fd);
bool same_file(const struct stat& a, const struct stat& b);

/// Whether poll(2) reports any of `events`, or an error, on `fd` now.
bool ready_now(int fd, short events);

/// Bytes that can be read from a pipe or terminal now (FIONREAD); 0 if unknown.
std::size_t bytes_waiting(int pipe);

/// The most bytes that a pipe holds; 0 if `pipe` is not a pipe.
std::size_t pipe_capacity(int pipe);

/// Opens /dev/null on each of descriptors 0-2 that is closed, so that no file opened later gets such a number. Call
/// this before anything opens a file. Returns which were closed.
std::array<bool, 3> occupy_standard_descriptors();

}  // namespace netrunner
