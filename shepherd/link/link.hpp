// The shepherd's end of the link: whole frames in and out of the socket. Driven by main and supervise.
#pragma once

#include <sys/types.h>

#include <span>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

class Link {
  public:
    explicit Link(int fd) noexcept : fd_(fd) {}

    [[nodiscard]] int get() const noexcept { return fd_; }

    /// Sends a frame that the runner cannot do without, with descriptors if there are any (they stay open here).
    /// Waits for room if it must; false when the runner is gone.
    template <class Value>
    bool send(const Value& value, std::span<const int> descriptors = {}) noexcept {
        return send_value(value, descriptors, true, 0);
    }

    /// The same, with the process that the frame is about; 0: none.
    template <class Value>
    bool send_about(pid_t process, const Value& value, std::span<const int> descriptors) noexcept {
        return send_value(value, descriptors, true, process);
    }

    /// Sends a frame that may be lost when the runner has not read for so long that the socket is full.
    template <class Value>
    bool offer(const Value& value, pid_t process = 0) noexcept {
        return send_value(value, {}, false, process);
    }

    enum class Received { frame, nothing, hang_up };

    /// Takes the next packet into `frame`, if one is there; `packet` is the part that was filled.
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

    int fd_;  ///< for the whole life of the process: its closing on exit is the hang-up the runner sees
};

}  // namespace netrunner
