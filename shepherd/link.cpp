#include "shepherd/link.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace netrunner {
bool Link::send_packet(std::span<const std::byte> packet, std::span<const int> descriptors, bool wait) noexcept {
    iovec part{const_cast<std::byte*>(packet.data()), packet.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(protocol::max_descriptors * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    }
    // Where the kernel is short of memory for a moment, a frame that is needed is sent again.
    constexpr int most_attempts = 1000;
    constexpr int pause_ms = 2;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (::sendmsg(fd_, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)) >= 0) return true;
        if (errno == EINTR) continue;
        if (!wait || (errno != ENOMEM && errno != ENOBUFS && errno != EAGAIN)) return false;
        ::poll(nullptr, 0, pause_ms);
    }
    return false;
}

Link::Received Link::receive(protocol::Frame& frame, std::span<const std::byte>& packet, bool wait) noexcept {
    while (true) {
        const ssize_t got = ::recv(fd_, frame.data(), frame.size(), wait ? 0 : MSG_DONTWAIT);
        if (got > 0) {
            packet = {frame.data(), static_cast<std::size_t>(got)};
            return Received::frame;
        }
        // Reset: it left without having read all we sent. That is said once, before its own last words.
        if (got < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
        if (got < 0 && errno == EAGAIN) return Received::nothing;
        return Received::hang_up;
    }
}

}  // namespace netrunner
