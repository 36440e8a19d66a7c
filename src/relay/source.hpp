// Where relayed bytes come from: one of our own pipes, or netrunner's standard input, whatever that is. Reads
// without waiting and without touching the flags of a descriptor that was inherited. Mechanism only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "src/system/fd.hpp"

namespace netrunner {

class Source {
  public:
    /// Reads through `fd`, which stays the caller's and must outlive the source.
    static Source borrowing(int fd);
    /// Owns `fd`, the non-blocking read end of a pipe or master of a pseudo-terminal.
    static Source owning(Descriptor fd);
    /// What a terminal has to be typed so that its readers meet the end of their input: VEOF, and again whenever one
    /// has been taken (it is an event, not a state: a second reader would wait for ever). `slave` is that terminal.
    static Source end_of_typing(Descriptor slave);

    IoResult read(std::span<std::byte> room);

    /// A pipe, whose pages can be moved by splice(2).
    [[nodiscard]] bool is_pipe() const { return kind_ == Kind::pipe; }
    /// A terminal, which may hold more than it says at once.
    [[nodiscard]] bool is_terminal() const { return kind_ == Kind::device; }
    /// Whether anything could be read from a pipe or terminal now.
    [[nodiscard]] bool has_bytes() const;
    /// Nothing to read now, not even its end.
    [[nodiscard]] bool is_at_rest() const;
    /// The descriptor's events after which there may be something to read, as of epoll_ctl(2).
    [[nodiscard]] std::uint32_t events() const;
    /// For end_of_typing: the terminal takes keys as they are, so there is none that would mean the end.
    [[nodiscard]] bool has_no_end() const { return has_no_end_; }
    [[nodiscard]] int descriptor() const { return private_ ? private_.get() : fd_; }

  private:
    enum class Kind {
        pipe,
        socket,  ///< MSG_DONTWAIT
        file,    ///< regular files, block devices, /dev/null: never "would block"
        device,  ///< terminals and the like through `private_`, an open file of our own
        gated,   ///< could not be opened anew: read(2) behind poll(2)
        end_of_typing,
    };
    Source(int fd, Descriptor owned);
    IoResult read_end_of_typing(std::span<std::byte> room);

    int fd_ = -1;
    Descriptor owned_;
    Descriptor private_;
    Kind kind_ = Kind::file;
    bool has_no_end_ = false;
};

}  // namespace netrunner
