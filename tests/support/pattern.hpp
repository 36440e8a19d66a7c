// The bytes that tests/programs/write_bytes writes: repeatable, of every value, and without a short period.
#pragma once

#include <cstdint>
#include <string>

namespace support {

class Pattern {
  public:
    explicit Pattern(std::uint64_t seed) : state_{seed * 2 + 1} {}
    char next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<char>(state_ >> 56);
    }

  private:
    std::uint64_t state_;
};

inline std::string pattern(std::size_t size, std::uint64_t seed = 1) {
    Pattern source{seed};
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = source.next();
    return bytes;
}

}  // namespace support
