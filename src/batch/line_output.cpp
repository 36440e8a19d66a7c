#include "src/batch/line_output.hpp"

#include <cstring>

#include "src/relay/whole_lines.hpp"

namespace netrunner {
namespace {

constexpr std::byte newline{'\n'};

IoResult moved(std::size_t bytes) { return {IoResult::Status::moved, bytes, 0}; }

/// The length of `bytes` up to and with its first newline; 0 if it has none.
std::size_t length_of_line(std::span<const std::byte> bytes) {
    const void* const end = std::memchr(bytes.data(), '\n', bytes.size());
    return end == nullptr ? 0 : static_cast<std::size_t>(static_cast<const std::byte*>(end) - bytes.data()) + 1;
}

}  // namespace

IoResult LineOutput::take(std::span<const std::byte> bytes) {
    if (const IoResult before = write_ready(); before.status != IoResult::Status::moved) return before;
    wait(std::nullopt);
    const std::size_t line = length_of_line(bytes);
    if (in_line_ || (line > 0 && held_.empty())) {
        const auto part = in_line_ ? bytes.first(line > 0 ? line : bytes.size()) : bytes.first(length_of_lines(bytes));
        const IoResult result = emit(part);
        if (in_line_ && result.bytes == part.size()) wait(std::chrono::steady_clock::now());
        return result;
    }
    const auto part = bytes.first(line > 0 ? line : bytes.size());
    held_.append(reinterpret_cast<const char*>(part.data()), part.size());
    if (line > 0 || held_.size() > longest_line) {
        ready_ = held_.size();
        write_ready();  // what is not written now is held, so the bytes are taken in any case
    } else {
        wait(std::chrono::steady_clock::now());
    }
    return moved(part.size());
}

void LineOutput::end_line(bool silent) {
    wait(std::nullopt);
    const bool is_unfinished = held_.empty() ? in_line_ : held_.back() != '\n';
    if (!is_unfinished) return;
    if (silent) {
        ++ended_lines_;
        broken_ = true;
    }
    held_ += '\n';
    ready_ = held_.size();
    write_ready();
}

IoResult LineOutput::emit(std::span<const std::byte> bytes) {
    const IoResult result = output_.write(this, bytes);
    if (result.status != IoResult::Status::moved) return result;
    in_line_ = bytes[result.bytes - 1] != newline;
    if (in_line_) {
        output_.hold(this);
    } else {
        output_.release(this);
    }
    return result;
}

void LineOutput::wait(std::optional<TimePoint> since) {
    if (waits_since_) silences_.erase({*waits_since_, this});
    waits_since_ = since;
    if (waits_since_) silences_.emplace(*waits_since_, this);
}

/// `moved`: nothing is ready any more.
IoResult LineOutput::write_ready() {
    while (ready_ > 0) {
        const IoResult result = emit(std::as_bytes(std::span(held_).first(ready_)));
        if (result.status != IoResult::Status::moved) return result;
        held_.erase(0, result.bytes);
        ready_ -= result.bytes;
        if (ready_ == 0 && held_.empty() && in_line_) wait(std::chrono::steady_clock::now());
    }
    return moved(0);
}

}  // namespace netrunner
