#include "shepherd/terminal/terminal_record.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

namespace netrunner {

/// All zero is the empty record. `current` and `ending_length` are written last, because the writer may be killed at
/// any moment.
struct TerminalRecord::Layout {
    std::atomic<std::uint32_t> current;  ///< 0: no change; else the index in `changes`, plus 1
    std::array<Change, 2> changes;
    std::atomic<std::uint32_t> ending_length;
    std::array<char, 320> ending;
};

TerminalRecord::TerminalRecord(TerminalRecord&& other) noexcept : layout_(std::exchange(other.layout_, nullptr)) {}

TerminalRecord& TerminalRecord::operator=(TerminalRecord&& other) noexcept {
    std::swap(layout_, other.layout_);
    return *this;
}

TerminalRecord::~TerminalRecord() {
    if (layout_ != nullptr) ::munmap(layout_, sizeof(Layout));
}

std::size_t TerminalRecord::size() noexcept { return sizeof(Layout); }

bool TerminalRecord::map(int file) noexcept {
    static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
    void* const memory = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) return false;
    layout_ = static_cast<Layout*>(memory);
    return true;
}

void TerminalRecord::hold(const Change& change) noexcept {
    if (layout_ == nullptr) return;
    const std::uint32_t free_slot = layout_->current == 1 ? 1 : 0;
    layout_->changes[free_slot] = change;
    layout_->current = free_slot + 1;
}

void TerminalRecord::release() noexcept {
    if (layout_ != nullptr) layout_->current = 0;
}

std::optional<TerminalRecord::Change> TerminalRecord::change() const noexcept {
    const std::uint32_t current = layout_ != nullptr ? layout_->current.load() : 0;
    if (current == 0 || current > layout_->changes.size()) return std::nullopt;
    return layout_->changes[current - 1];
}

void TerminalRecord::set_screen_ending(std::string_view ending) noexcept {
    if (layout_ == nullptr) return;
    layout_->ending_length = 0;
    if (ending.size() > layout_->ending.size()) return;
    std::ranges::copy(ending, layout_->ending.begin());
    layout_->ending_length = static_cast<std::uint32_t>(ending.size());
}

std::string_view TerminalRecord::screen_ending() const noexcept {
    if (layout_ == nullptr) return {};
    return {layout_->ending.data(), std::min<std::size_t>(layout_->ending_length, layout_->ending.size())};
}

}  // namespace netrunner
