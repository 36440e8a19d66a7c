// Where relayed bytes go. Knows for each kind of file how to write without ever waiting for its reader and
// without touching the flags of a descriptor that was inherited. Mechanism only.
#pragma once

#include <cstddef>
#include <span>

#include "src/system/fd.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class Sink {
  public:
    /// Writes through `fd`, which stays the caller's and must outlive the sink.
    static Sink borrowing(int fd);
    /// Owns `fd`, which came from us and is non-blocking where its kind can block.
    static Sink owning(Descriptor fd);
    /// Owns `master`, non-blocking: what is written is typed into its terminal.
    static Sink typing_into(Descriptor master);

    /// Moves what fits now. A regular file takes everything, at its own pace.
    IoResult write(std::span<const std::byte> bytes);

    /// Moves pages from a pipe without copying; only when `can_splice`, which may turn false by a refusal (EINVAL).
    IoResult splice_from(int pipe, std::size_t most);
    [[nodiscard]] bool can_splice() const {
        return (kind_ == Kind::pipe || kind_ == Kind::discard) && !splice_refused_;
    }

    /// Somebody at the other end may go away: not so a terminal, which hangs up; whoever does not write need not care.
    [[nodiscard]] bool has_reader() const { return kind_ == Kind::pipe || kind_ == Kind::socket; }

    /// The descriptor whose readiness for writing to wait for.
    [[nodiscard]] int descriptor() const { return kind_ == Kind::device && private_ ? private_.get() : fd_; }

    /// Makes a pipe hold at least `capacity` bytes where the system allows; false when it did not grow.
    bool grow(std::size_t capacity);

    /// For typing_into: a line was longer than the terminal's line discipline takes, which cut it without a word.
    [[nodiscard]] bool cut_a_line() const { return cut_a_line_; }

  private:
    enum class Kind {
        pipe,     ///< pipe or FIFO: RWF_NOWAIT or splice
        socket,   ///< MSG_DONTWAIT
        discard,  ///< /dev/null
        file,     ///< regular files and block devices: never "would block"
        device,   ///< terminals and other devices through `private_`, an open file of our own
        gated,    ///< a device we could not open anew: small writes behind poll(2)
        keys,     ///< a pseudo-terminal's master
    };
    Sink(int fd, Descriptor owned);

    IoResult write_pipe(std::span<const std::byte> bytes);
    IoResult write_keys(std::span<const std::byte> bytes);
    IoResult write_gated(std::span<const std::byte> bytes, std::size_t most);

    int fd_ = -1;
    Descriptor owned_;
    Descriptor private_;
    Kind kind_ = Kind::file;
    bool splice_refused_ = false;
    std::size_t line_ = 0;  ///< of keys: how long the unfinished line is
    bool cut_a_line_ = false;
};

/// Writes all of `bytes`, waiting for the reader no longer than `patience` altogether. 0, or errno: ETIMEDOUT when the
/// reader did not take it in time.
int write_all(Sink& sink, std::span<const std::byte> bytes, Duration patience);

}  // namespace netrunner
