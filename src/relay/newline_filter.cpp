#include "src/relay/newline_filter.hpp"

#include <utility>

namespace netrunner {
namespace {

constexpr std::byte carriage_return{'\r'};
constexpr std::byte newline{'\n'};

}  // namespace

std::span<const std::byte> NewlineFilter::pass(std::span<const std::byte> block, bool active) {
    if (!active && !held_) return block;
    out_.clear();
    if (!active) {
        held_ = false;
        out_.push_back(carriage_return);
        out_.insert(out_.end(), block.begin(), block.end());
        return out_;
    }
    for (const std::byte byte : block) {
        if (std::exchange(held_, false) && byte != newline) out_.push_back(carriage_return);
        if (byte == carriage_return) {
            held_ = true;
        } else {
            out_.push_back(byte);
        }
    }
    return out_;
}

std::span<const std::byte> NewlineFilter::rest() {
    out_.assign(std::exchange(held_, false) ? 1 : 0, carriage_return);
    return out_;
}

}  // namespace netrunner
