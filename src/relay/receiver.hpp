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

  protected:
    ~Receiver() = default;
};

}  // namespace netrunner
