#include "src/relay/whole_lines.hpp"

#include <cstring>

namespace netrunner {

std::size_t length_of_lines(std::span<const std::byte> bytes) {
    const void* const last = bytes.empty() ? nullptr : ::memrchr(bytes.data(), '\n', bytes.size());
    return last == nullptr ? 0 : static_cast<std::size_t>(static_cast<const std::byte*>(last) - bytes.data()) + 1;
}

std::span<const std::byte> lines_to_write(std::span<const std::byte> bytes, std::size_t most) {
    if (bytes.size() <= most) return bytes;
    if (const std::size_t whole = length_of_lines(bytes.first(most)); whole != 0) return bytes.first(whole);
    const auto rest = bytes.subspan(most);
    const void* const end = std::memchr(rest.data(), '\n', rest.size());
    if (end == nullptr) return bytes;
    return bytes.first(static_cast<std::size_t>(static_cast<const std::byte*>(end) - bytes.data()) + 1);
}

}  // namespace netrunner
