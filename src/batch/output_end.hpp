// The end of a job's output, for the summary of a batch: both streams in the order in which they were read. It keeps
// little, because each running job has one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "src/relay/receiver.hpp"

namespace netrunner {

class OutputEnd {
  public:
    static constexpr std::size_t most_bytes = 2048;

    void append(std::span<const std::byte> bytes) {
        const auto fresh = bytes.last(std::min(bytes.size(), most_bytes));
        if (bytes_.size() + fresh.size() > most_bytes)
            bytes_.erase(0, std::min(bytes_.size(), bytes_.size() + fresh.size() - most_bytes));
        bytes_.append(reinterpret_cast<const char*>(fresh.data()), fresh.size());
    }

    /// The last `count` lines, or all that is kept of them.
    [[nodiscard]] std::string last_lines(std::size_t count) const {
        std::size_t at = bytes_.size();
        if (at > 0 && bytes_[at - 1] == '\n') --at;
        for (std::size_t found = 0; at > 0; --at) {
            if (bytes_[at - 1] == '\n' && ++found == count) break;
        }
        return bytes_.substr(at);
    }

  private:
    std::string bytes_;
};

/// Passes bytes on and keeps the end of what was taken.
class WatchedReceiver final : public Receiver {
  public:
    WatchedReceiver(Receiver& receiver, OutputEnd& end) : receiver_(receiver), end_(end) {}
    IoResult take(std::span<const std::byte> bytes) override {
        const IoResult result = receiver_.take(bytes);
        if (result.status == IoResult::Status::moved) end_.append(bytes.first(result.bytes));
        return result;
    }
    bool take_break() override { return receiver_.take_break(); }

  private:
    Receiver& receiver_;
    OutputEnd& end_;
};

}  // namespace netrunner
