// SHA-256 (FIPS 180-4): the digest of a batch's input in the report's header, and the keys of jobs. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netrunner {

class Sha256 {
  public:
    using Digest = std::array<std::uint8_t, 32>;

    void add(std::string_view bytes);
    /// Call once, after all bytes.
    Digest finish();

  private:
    void take_block(const std::uint8_t* block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, 64> rest_{};
    std::uint64_t length_ = 0;
};

/// In lower-case hexadecimal digits, as sha256sum(1) prints it.
std::string hexadecimal(const Sha256::Digest& digest);

}  // namespace netrunner
