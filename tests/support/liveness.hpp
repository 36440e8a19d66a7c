// Proof that a whole tree is gone, also its processes that cleared their environment: the command opens a FIFO for
// writing (`exec 9>FIFO`), and every descendant inherits it. The reader sees end of file when the last of them has
// exited.
#pragma once

#include <string>

#include "deadline.hpp"

namespace support {

class Liveness {
  public:
    explicit Liveness(std::string path);  // makes the FIFO
    Liveness(const Liveness&) = delete;
    Liveness& operator=(const Liveness&) = delete;
    ~Liveness();

    const std::string& path() const { return path_; }
    bool somebody_lives() const;
    bool all_gone(Millis limit = 20s) const;

  private:
    std::string path_;
    int descriptor_;
};

}  // namespace support
