#include "src/live/asked_output.hpp"

#include <algorithm>

namespace netrunner {

bool AskedOutput::ask(std::size_t most) {
    if (asked_ > 0 || answer_) return false;
    asked_ = most;
    was_asked_ = true;
    return true;
}

IoResult AskedOutput::take(std::span<const std::byte> bytes) {
    const std::size_t taken = std::min(bytes.size(), asked_);
    if (taken == 0) return {.status = IoResult::Status::would_block};
    answer_.emplace(reinterpret_cast<const char*>(bytes.data()), taken);
    asked_ = 0;
    return {.status = IoResult::Status::moved, .bytes = taken};
}

}  // namespace netrunner
