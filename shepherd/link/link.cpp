#include "shepherd/link/link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace netrunner {
namespace {

/// Writes one control message at `at` and returns the place of the next one.
cmsghdr* add(msghdr& message, cmsghdr* at, int kind, const void* data, std::size_t size) noexcept {
    at->cmsg_level = SOL_SOCKET;
    at->cmsg_type = kind;
    at->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(at), data, size);
    message.msg_controllen += CMSG_SPACE(size);
    return reinterpret_cast<cmsghdr*>(reinterpret_cast<std::byte*>(at) + CMSG_SPACE(size));
}

}  // namespace

bool Link::send_packet(std::span<const std::byte> packet, std::span<const int> descriptors, bool wait,
                       pid_t process) noexcept {
    iovec part{const_cast<std::byte*>(packet.data()), packet.size()};
    constexpr std::size_t room = CMSG_SPACE(protocol::max_descriptors * sizeof(int)) + CMSG_SPACE(sizeof(ucred));
    alignas(cmsghdr) std::array<std::byte, room> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    auto* at = reinterpret_cast<cmsghdr*>(control.data());
    if (!descriptors.empty()) at = add(message, at, SCM_RIGHTS, descriptors.data(), descriptors.size_bytes());
    if (process > 0) {
        const ucred about{process, ::getuid(), ::getgid()};
        add(message, at, SCM_CREDENTIALS, &about, sizeof about);
    }
    if (message.msg_controllen > 0) message.msg_control = control.data();
    // If the kernel is short of memory for a moment, retry a frame that must arrive.
    constexpr int most_attempts = 1000;
    constexpr int pause_ms = 2;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (::sendmsg(fd_, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)) >= 0) return true;
        if (errno == EINTR) continue;
        if (!wait) return false;
        if (errno != ENOMEM && errno != ENOBUFS && errno != EAGAIN) break;
        ::poll(nullptr, 0, pause_ms);
    }
    // A frame that must arrive cannot be sent: shut the link down, so that both sides see a hang-up and act on it.
    ::shutdown(fd_, SHUT_RDWR);
    return false;
}

Link::Received Link::receive(protocol::Frame& frame, std::span<const std::byte>& packet, bool wait) noexcept {
    while (true) {
        const ssize_t got = ::recv(fd_, frame.data(), frame.size(), wait ? 0 : MSG_DONTWAIT);
        if (got > 0) {
            packet = {frame.data(), static_cast<std::size_t>(got)};
            return Received::frame;
        }
        // ECONNRESET: the other side exited before it read all frames. The kernel reports that once, before the other
        // side's own last frames, so read on.
        if (got < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
        if (got < 0 && errno == EAGAIN) return Received::nothing;
        return Received::hang_up;
    }
}

}  // namespace netrunner
