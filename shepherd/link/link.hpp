// The other end of the runner's link: sends and receives whole frames. main receives the plan with it in the shepherd;
// after the fork only the guard uses it. It does not interpret what it receives; the caller unpacks the frames.
#pragma once

#include <sys/types.h>

#include <span>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

class Link {
  public:
    explicit Link(int fd) noexcept : fd_(fd) {}

    [[nodiscard]] int get() const noexcept { return fd_; }

    /// Sends a frame that must arrive, and copies of `descriptors`, which stay open here. Waits while the socket is
    /// full. False if the runner is gone.
    template <class Value>
    bool send(const Value& value, std::span<const int> descriptors = {}) noexcept {
        return send_value(value, descriptors, true, 0);
    }

    /// As `send`, with `process` as SCM_CREDENTIALS; 0: without.
    template <class Value>
    bool send_about(pid_t process, const Value& value, std::span<const int> descriptors) noexcept {
        return send_value(value, descriptors, true, process);
    }

    /// Sends a frame that may be lost: drops it and returns false if the socket is full.
    template <class Value>
    bool offer(const Value& value, pid_t process = 0) noexcept {
        return send_value(value, {}, false, process);
    }

    enum class Received { frame, nothing, hang_up };

    /// Reads the next packet into `frame`; `packet` is the filled part of it. Without `wait`, returns `nothing` if
    /// there is no packet.
    Received receive(protocol::Frame& frame, std::span<const std::byte>& packet, bool wait) noexcept;

  private:
    template <class Value>
    bool send_value(const Value& value, std::span<const int> descriptors, bool wait, pid_t process) noexcept {
        protocol::Frame frame;
        const std::size_t length = protocol::pack(value, frame);
        return send_packet({frame.data(), length}, descriptors, wait, process);
    }
    bool send_packet(std::span<const std::byte> packet, std::span<const int> descriptors, bool wait,
                     pid_t process) noexcept;

    int fd_;  ///< never closed here: when the guard exits, the kernel closes it and the runner sees a hang-up
};

}  // namespace netrunner
