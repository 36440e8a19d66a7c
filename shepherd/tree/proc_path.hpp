// Opens and reads files below /proc/PID without stdio and without memory from the heap. Used by the other files of this
// folder.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <span>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// Builds a path such as "/proc/12/task/13/children".
class ProcPath {
  public:
    ProcPath& text(const char* part) {
        const std::size_t length = std::strlen(part);
        std::memcpy(buffer_.data() + at_, part, length);
        at_ += length;
        buffer_[at_] = '\0';
        return *this;
    }
    ProcPath& number(pid_t value) {
        const auto result = std::to_chars(buffer_.data() + at_, buffer_.data() + buffer_.size() - 1, value);
        *result.ptr = '\0';
        at_ = static_cast<std::size_t>(result.ptr - buffer_.data());
        return *this;
    }
    [[nodiscard]] const char* get() const { return buffer_.data(); }

  private:
    std::array<char, 96> buffer_{};
    std::size_t at_ = 0;
};

inline Descriptor open_proc(pid_t pid, const char* leaf, int flags = 0) {
    return Descriptor(::open(ProcPath().text("/proc/").number(pid).text(leaf).get(), O_RDONLY | O_CLOEXEC | flags));
}

/// Reads until the end of the file or until `room` is full; returns the number of bytes.
inline std::size_t read_all(int fd, std::span<char> room) {
    std::size_t length = 0;
    while (length < room.size()) {
        const ssize_t got = ::read(fd, room.data() + length, room.size() - length);
        if (got <= 0) break;
        length += static_cast<std::size_t>(got);
    }
    return length;
}

}  // namespace netrunner
