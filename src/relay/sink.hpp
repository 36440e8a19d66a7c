// The destination of relayed bytes. Writes to any kind of file without blocking on its reader and without changing the
// flags of an inherited descriptor. Used by relays, the live line, the console and the report. It does not decide what
// to write or when to retry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "src/relay/receiver.hpp"
#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class Sink {
  public:
    /// Writes through `fd`, which the caller owns and keeps open longer than the sink.
    static Sink borrowing(int fd);
    /// Owns `fd`, which netrunner opened, non-blocking if its kind of file can block.
    static Sink owning(Descriptor fd);
    /// Owns the number `fd`, but others may share its open file, whose flags are left alone.
    static Sink sharing(Descriptor fd);
    /// Owns `master`, a pseudo-terminal's non-blocking master. Bytes written are typed into the terminal.
    static Sink typing_into(Descriptor master);

    /// Hands the bytes to `receiver`, which outlives the sink. It has no descriptor: when the receiver takes bytes
    /// again, its owner nudges the relay.
    static Sink into(Receiver& receiver);

    /// Writes what fits now. A regular file takes everything, however long that takes.
    IoResult write(std::span<const std::byte> bytes);

    /// Moves pages from `pipe` without copying. Requires `can_splice`, which any error but EPIPE makes false.
    IoResult splice_from(int pipe, std::size_t most);
    /// The most bytes that a write puts in one piece among those of other writers, whatever room there is.
    [[nodiscard]] std::size_t atomic_size() const;
    [[nodiscard]] bool can_splice() const {
        return (kind_ == Kind::pipe || kind_ == Kind::discard) && !splice_refused_;
    }

    /// The most bytes to read for it now; only a receiver limits them.
    [[nodiscard]] std::size_t room() const { return receiver_ != nullptr ? receiver_->room() : SIZE_MAX; }

    /// Whether it is /dev/null.
    [[nodiscard]] bool discards() const { return kind_ == Kind::discard; }

    /// Whether a reader at the other end can close it while the sink is idle. A terminal has none: it hangs up, and the
    /// next write reports that.
    [[nodiscard]] bool has_reader() const { return kind_ == Kind::pipe || kind_ == Kind::socket; }

    /// The descriptor to wait on until it is writable; -1 for a receiver.
    [[nodiscard]] int descriptor() const { return kind_ == Kind::device && private_ ? private_.get() : fd_; }

    /// Grows a pipe to at least `capacity` bytes if the system allows it. False if it did not grow.
    bool grow(std::size_t capacity);

    /// For `into`: as Receiver::take_break.
    bool take_break() { return receiver_ != nullptr && receiver_->take_break(); }

    /// For typing_into: whether a line was longer than the line discipline keeps, which cuts it without an error.
    [[nodiscard]] bool cut_a_line() const { return cut_a_line_; }

  private:
    enum class Kind {
        pipe,     ///< pipe or FIFO: splice(2), or pwritev2(2) with RWF_NOWAIT
        socket,   ///< send(2) with MSG_DONTWAIT
        discard,  ///< /dev/null
        file,     ///< regular files and block devices: never would-block
        device,   ///< terminals and other devices, through a non-blocking open file of netrunner's own
        gated,    ///< a device that could not be reopened: small writes, each after poll(2)
        keys,     ///< a pseudo-terminal's master: bytes are typed input
        receiver,
    };
    Sink(int fd, Descriptor owned, bool blocks);

    IoResult write_pipe(std::span<const std::byte> bytes);
    IoResult write_keys(std::span<const std::byte> bytes);
    IoResult write_gated(std::span<const std::byte> bytes, std::size_t most);

    int fd_ = -1;
    Receiver* receiver_ = nullptr;
    Descriptor owned_;
    Descriptor private_;  ///< the same file, opened again as non-blocking; may be empty
    Kind kind_ = Kind::file;
    bool splice_refused_ = false;
    std::size_t line_ = 0;  ///< for `keys`: bytes in the unfinished line
    bool cut_a_line_ = false;
};

/// Writes all of `bytes`, and waits for the reader at most `patience` in total. Returns 0 or errno; ETIMEDOUT if the
/// reader did not take everything in time.
int write_all(Sink& sink, std::span<const std::byte> bytes, Duration patience);

}  // namespace netrunner
