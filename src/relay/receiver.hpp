// A destination of relayed bytes inside this process, such as the place of a job's output in a batch. A Sink hands the
// bytes to it. It does not know the relay.
#pragma once

#include <cstddef>
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
    /// True once, if an unfinished line of the taken bytes was ended here: the next byte begins a line.
    virtual bool take_break() { return false; }

  protected:
    ~Receiver() = default;
};

}  // namespace netrunner
