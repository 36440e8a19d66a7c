// The origin of relayed bytes: a pipe or pseudo-terminal of netrunner's own, or its standard input of any kind. Reads
// without blocking and without changing the flags of an inherited descriptor. Used by relays. It does not decide when
// to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "src/system/fd.hpp"

namespace netrunner {

class Source {
  public:
    /// Reads through `fd`, which the caller owns and keeps open longer than the source.
    static Source borrowing(int fd);
    /// Owns `fd`, a pipe's read end or a pseudo-terminal's master, non-blocking.
    static Source owning(Descriptor fd);
    /// Yields the key that ends a terminal's input, VEOF, and yields it again after each reader that takes it: one VEOF
    /// ends one read only, so the next reader would wait forever (docs/decisions/0009). Owns `slave`, that terminal's
    /// slave side.
    static Source end_of_typing(Descriptor slave);

    IoResult read(std::span<std::byte> room);

    /// Whether it is a pipe, from which splice(2) can move pages.
    [[nodiscard]] bool is_pipe() const { return kind_ == Kind::pipe; }
    /// Whether it is a terminal (or another device), which may hold more bytes than FIONREAD reports.
    [[nodiscard]] bool is_terminal() const { return kind_ == Kind::device; }
    /// Whether it is a terminal that writes "\n" as "\r\n" now.
    [[nodiscard]] bool returns_carriage() const;
    /// Whether a pipe or terminal has bytes to read now.
    [[nodiscard]] bool has_bytes() const;
    /// Whether there is nothing to read now, neither bytes nor end of file.
    [[nodiscard]] bool is_at_rest() const;
    /// The epoll_ctl(2) events of the descriptor after which there may be something to read.
    [[nodiscard]] std::uint32_t events() const;
    /// For end_of_typing: whether no key ends the input now, because the terminal is not in canonical mode or has no
    /// VEOF.
    [[nodiscard]] bool has_no_end() const { return has_no_end_; }
    [[nodiscard]] int descriptor() const { return private_ ? private_.get() : fd_; }

  private:
    enum class Kind {
        pipe,
        socket,  ///< recv(2) with MSG_DONTWAIT
        file,    ///< regular files and block devices: never would-block
        device,  ///< terminals and other devices, through a non-blocking open file of netrunner's own
        gated,   ///< a device that could not be reopened: read(2) after poll(2)
        end_of_typing,
    };
    Source(int fd, Descriptor owned);
    IoResult read_end_of_typing(std::span<std::byte> room);

    int fd_ = -1;
    Descriptor owned_;
    Descriptor private_;  ///< the same file, opened again as non-blocking; may be empty
    Kind kind_ = Kind::file;
    bool has_no_end_ = false;
};

}  // namespace netrunner
