#include "src/relay/output_tail.hpp"

#include <algorithm>

namespace netrunner {

void OutputTail::append(std::span<const std::byte> block) {
    const auto fresh = block.last(std::min(block.size(), most_bytes));
    if (bytes_.size() + fresh.size() > 2 * most_bytes) {
        // Keep just enough old bytes to fill most_bytes together with the new ones.
        bytes_.erase(0, bytes_.size() - (most_bytes - fresh.size()));
    }
    bytes_.append(reinterpret_cast<const char*>(fresh.data()), fresh.size());
}

std::string OutputTail::last_lines(std::size_t count) const {
    const std::size_t lowest = bytes_.size() > most_bytes ? bytes_.size() - most_bytes : 0;
    std::size_t at = bytes_.size();
    if (at > lowest && bytes_[at - 1] == '\n') --at;
    for (std::size_t found = 0; at > lowest; --at) {
        if (bytes_[at - 1] == '\n' && ++found == count) break;
    }
    return bytes_.substr(at);
}

}  // namespace netrunner
