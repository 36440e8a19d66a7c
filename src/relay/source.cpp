#include "src/relay/source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>

#include <cerrno>

#include "shepherd/terminal/terminal_modes.hpp"

namespace netrunner {

Source Source::borrowing(int fd) { return {fd, Descriptor()}; }

Source Source::owning(Descriptor fd) {
    const int number = fd.get();
    return {number, std::move(fd)};
}

Source Source::end_of_typing(Descriptor slave) {
    Source source = owning(std::move(slave));
    source.kind_ = Kind::end_of_typing;
    return source;
}

// For a pipe, use poll(2), which takes no lock. FIONREAD takes the pipe's lock, which a writer holds while it copies
// (docs/decisions/0020).
bool Source::has_bytes() const {
    if (!is_pipe()) return bytes_waiting(fd_) > 0;
    pollfd pipe{fd_, POLLIN, 0};
    return ::poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLIN) != 0;
}

bool Source::returns_carriage() const {
    const auto modes = is_terminal() ? read_modes(fd_) : std::nullopt;
    return modes && (modes->output & (OPOST | ONLCR)) == (OPOST | ONLCR);
}

bool Source::is_at_rest() const { return !ready_now(fd_, POLLIN); }

std::uint32_t Source::events() const {
    // Two events may require another VEOF. A change of the terminal's modes wakes the slave's writers
    // (n_tty_set_termios in the kernel), hence EPOLLOUT. A reader that takes a VEOF wakes the master's writers, which
    // the watch of the sink covers.
    return kind_ == Kind::end_of_typing ? EPOLLOUT : EPOLLIN;
}

Source::Source(int fd, Descriptor owned) : fd_(fd), owned_(std::move(owned)) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return;  // the first read reports the error
    if (S_ISFIFO(info.st_mode)) {
        kind_ = Kind::pipe;
    } else if (S_ISSOCK(info.st_mode)) {
        kind_ = Kind::socket;
    } else if (S_ISCHR(info.st_mode)) {
        if (!owned_) private_ = reopen_nonblocking(fd, O_RDONLY);
        kind_ = private_ || owned_ ? Kind::device : Kind::gated;
    }
}

IoResult Source::read(std::span<std::byte> room) {
    switch (kind_) {
        case Kind::pipe: {
            if (owned_) break;
            const iovec part{room.data(), room.size()};
            const IoResult result = IoResult::of(true, [&] { return ::preadv2(fd_, &part, 1, -1, RWF_NOWAIT); });
            if (result.status != IoResult::Status::failed || !lacks_nowait(result.error)) return result;
            [[fallthrough]];
        }
        case Kind::gated:
            if (!ready_now(fd_, POLLIN)) return {};
            break;
        case Kind::socket:
            return IoResult::of(true, [&] { return ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT); });
        case Kind::end_of_typing: return read_end_of_typing(room);
        case Kind::file:
        case Kind::device: break;
    }
    const IoResult result = IoResult::of(true, [&] { return ::read(descriptor(), room.data(), room.size()); });
    // EIO from a terminal: it has been hung up, which is its end of file. A disk that fails gives the same error.
    if (result.status == IoResult::Status::failed && result.error == EIO && kind_ != Kind::file)
        return {IoResult::Status::end, 0, 0};
    return result;
}

IoResult Source::read_end_of_typing(std::span<std::byte> room) {
    // Earlier input, or the last VEOF, has not been read yet.
    if (ready_now(fd_, POLLIN)) return {};
    const auto modes = read_modes(fd_);
    const std::uint8_t key = modes ? modes->characters[VEOF] : _POSIX_VDISABLE;
    has_no_end_ = !modes || (modes->local & ICANON) == 0 || key == _POSIX_VDISABLE;
    if (has_no_end_) return {};
    room.front() = static_cast<std::byte>(key);
    return {IoResult::Status::moved, 1, 0};
}

}  // namespace netrunner
