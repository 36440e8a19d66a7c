// Proof that a whole tree is gone, also of processes that cleared their environment: a FIFO that the command opens for
// writing (`exec 9>FIFO`) and every descendant inherits. Its reader sees the end of file when the last of them is gone.
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
