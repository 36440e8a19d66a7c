// A destination of relayed bytes inside this process, such as the place of a job's output in a batch. A Sink hands the
// bytes to it. It does not know the relay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "src/system/fd.hpp"

namespace netrunner {

class Receiver {
  public:
    Receiver() = default;
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    /// Takes as many of the bytes as it can now. After would-block, the relay is to be nudged when there is room.
    virtual IoResult take(std::span<const std::byte> bytes) = 0;
    /// The most bytes to read for it now: what it does not want stays with the writer. If this is 0 and becomes more,
    /// the relay is to be nudged.
    [[nodiscard]] virtual std::size_t room() const { return SIZE_MAX; }
    /// True once, if an unfinished line of the taken bytes was ended here: the next byte begins a line.
    virtual bool take_break() { return false; }

  protected:
    ~Receiver() = default;
};

}  // namespace netrunner
