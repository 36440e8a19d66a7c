// The owner of a file descriptor: move-only, closes on destruction. Ground of both programs; it allocates
// nothing, throws nothing and performs no I/O of its own.
#pragma once

#include <unistd.h>

#include <utility>

namespace netrunner {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }

    /// The number, or -1 when nothing is owned.
    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives ownership away.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    /// Closes now. EINTR is not retried: on Linux the descriptor is gone either way (close(2)).
    void reset() noexcept {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

  private:
    int fd_ = -1;
};

}  // namespace netrunner
