#include "src/relay/sink.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <termios.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {
namespace {

/// The longest line in bytes, without its end, that the terminal's line discipline (n_tty) keeps.
constexpr std::size_t longest_typed_line = 4095;
/// A terminal that is ready for writing takes at least this many bytes without blocking.
constexpr std::size_t gated_device_write = 64;

bool is_null_device(const struct stat& info) { return S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3); }

}  // namespace

Sink Sink::borrowing(int fd) { return {fd, Descriptor(), true}; }

Sink Sink::owning(Descriptor fd) {
    const int number = fd.get();
    return {number, std::move(fd), false};
}

Sink Sink::sharing(Descriptor fd) {
    const int number = fd.get();
    return {number, std::move(fd), true};
}

Sink Sink::typing_into(Descriptor master) {
    Sink sink = owning(std::move(master));
    sink.kind_ = Kind::keys;
    return sink;
}

Sink Sink::into(Receiver& receiver) {
    Sink sink(-1, Descriptor(), false);
    sink.kind_ = Kind::receiver;
    sink.receiver_ = &receiver;
    return sink;
}

/// `blocks`: the open file may be one whose writes block.
Sink::Sink(int fd, Descriptor owned, bool blocks) : fd_(fd), owned_(std::move(owned)) {
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) return;  // the first write reports the error
    if (S_ISFIFO(info.st_mode)) {
        kind_ = Kind::pipe;
    } else if (S_ISSOCK(info.st_mode)) {
        kind_ = Kind::socket;
    } else if (is_null_device(info)) {
        kind_ = Kind::discard;
    } else if (S_ISCHR(info.st_mode)) {
        if (blocks) private_ = reopen_nonblocking(fd, O_WRONLY);
        kind_ = private_ || !blocks ? Kind::device : Kind::gated;
    }
}

IoResult Sink::write(std::span<const std::byte> bytes) {
    switch (kind_) {
        case Kind::pipe: return write_pipe(bytes);
        case Kind::socket:
            return IoResult::of(false,
                                [&] { return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
        case Kind::gated: return write_gated(bytes, gated_device_write);
        case Kind::keys: return write_keys(bytes);
        case Kind::receiver: return receiver_->take(bytes);
        case Kind::discard:
        case Kind::file:
        case Kind::device:
            return IoResult::of(false, [&] { return ::write(descriptor(), bytes.data(), bytes.size()); });
    }
    return {};
}

std::size_t Sink::atomic_size() const { return kind_ == Kind::pipe ? PIPE_BUF : SIZE_MAX; }

IoResult Sink::write_pipe(std::span<const std::byte> bytes) {
    const iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
    if (!private_) {
        const IoResult result = IoResult::of(false, [&] { return ::pwritev2(fd_, &part, 1, -1, RWF_NOWAIT); });
        if (result.status != IoResult::Status::failed || !lacks_nowait(result.error)) return result;
        // A named FIFO does not support RWF_NOWAIT, nor does any pipe in older kernels, and a filter may refuse the
        // call. Write through a non-blocking open file of netrunner's own.
        private_ = reopen_nonblocking(fd_, O_WRONLY);
    }
    // A pipe that is ready takes PIPE_BUF bytes without blocking (pipe(7)), unless another process writes first.
    if (!private_) return write_gated(bytes, PIPE_BUF);
    return IoResult::of(false, [&] { return ::write(private_.get(), bytes.data(), bytes.size()); });
}

IoResult Sink::write_gated(std::span<const std::byte> bytes, std::size_t most) {
    if (!ready_now(fd_, POLLOUT)) return {};
    return IoResult::of(false, [&] { return ::write(fd_, bytes.data(), std::min(bytes.size(), most)); });
}

IoResult Sink::splice_from(int pipe, std::size_t most) {
    const IoResult result = IoResult::of(
        true, [&] { return ::splice(pipe, nullptr, fd_, nullptr, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK); });
    // splice(2) refuses a target in append mode (`>>/dev/null`) and some special files, and a sandbox may forbid it.
    // Fall back to copying, which works or reports the sink's own error.
    if (result.status == IoResult::Status::failed && result.error != EPIPE) splice_refused_ = true;
    return result;
}

IoResult Sink::write_keys(std::span<const std::byte> bytes) {
    const IoResult result = IoResult::of(false, [&] { return ::write(fd_, bytes.data(), bytes.size()); });
    if (result.status != IoResult::Status::moved) return result;
    const auto modes = read_modes(fd_);
    const bool by_lines = modes && (modes->local & ICANON) != 0;
    const auto ends_line = [&](std::byte byte) {
        const auto key = static_cast<std::uint8_t>(byte);
        const auto& special = modes->characters;
        return key == '\n' || key == '\r' || key == special[VEOF] || key == special[VEOL] || key == special[VEOL2];
    };
    for (const std::byte key : bytes.first(result.bytes)) {
        const bool ends = !by_lines || ends_line(key);
        line_ = ends ? 0 : line_ + 1;
        if (line_ > longest_typed_line) cut_a_line_ = true;
    }
    return result;
}

bool Sink::grow(std::size_t capacity) {
    if (kind_ != Kind::pipe) return false;
    const std::size_t current = pipe_capacity(fd_);
    if (current == 0 || current >= capacity) return false;
    const int grown = ::fcntl(fd_, F_SETPIPE_SZ, static_cast<int>(std::min<std::size_t>(capacity, INT_MAX)));
    return grown > 0 && static_cast<std::size_t>(grown) > current;
}

int write_all(Sink& sink, std::span<const std::byte> bytes, Duration patience) {
    using std::chrono::steady_clock;
    const auto begun = steady_clock::now();
    while (!bytes.empty()) {
        const IoResult result = sink.write(bytes);
        if (result.status == IoResult::Status::failed) return result.error;
        if (result.status == IoResult::Status::moved) {
            bytes = bytes.subspan(result.bytes);
            continue;
        }
        int wait = -1;
        if (patience != forever) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(begun + patience - steady_clock::now());
            if (left.count() <= 0) return ETIMEDOUT;
            wait = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
        }
        pollfd target{sink.descriptor(), POLLOUT, 0};
        ::poll(&target, 1, wait);
    }
    return 0;
}

}  // namespace netrunner
