#include "src/relay/line_stamper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "src/values/utc_time.hpp"

namespace netrunner {
namespace {

constexpr std::size_t piece_size = 64 * 1024;
/// Upper bound in bytes for the text of a time, without the prefix.
constexpr std::size_t longest_time = 64;

std::string clock_text(Duration duration) {
    const auto total = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}", total / 3'600'000, total / 60'000 % 60, total / 1000 % 60,
                       total % 1000);
}

std::string date_text(std::chrono::system_clock::time_point date) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(date);
    const auto fraction = std::chrono::duration_cast<std::chrono::milliseconds>(date - whole);
    return fmt::format("{}.{:03}Z", utc_seconds(date), fraction.count());
}

}  // namespace

LineStamper::LineStamper(LineStamp stamp, TimePoint begun)
    : stamp_(std::move(stamp)), begun_(begun), last_line_(begun) {}

void LineStamper::take(std::span<const std::byte> block, const Moment& moment) {
    block_ = block;
    moment_ = moment;
    lead_is_current_ = false;
}

std::span<const std::byte> LineStamper::piece() {
    if (done_ == filled_) fill();
    return {buffer_.get() + done_, filled_ - done_};
}

std::size_t LineStamper::advance(std::size_t written) {
    const std::size_t end = done_ + written;
    std::size_t own = written;
    while (next_lead_ < leads_.size() && leads_[next_lead_].begin < end) {
        const Lead& lead = leads_[next_lead_];
        own -= std::min(end, lead.end) - std::max(done_, lead.begin);
        if (lead.end > end) break;
        ++next_lead_;
    }
    done_ = end;
    return own;
}

void LineStamper::drop() {
    block_ = {};
    filled_ = done_ = 0;
}

void LineStamper::fill() {
    filled_ = done_ = next_lead_ = 0;
    leads_.clear();
    const std::size_t room = piece_size + longest_time + stamp_.prefix.size();
    if (!buffer_ && !block_.empty()) buffer_ = std::make_unique_for_overwrite<std::byte[]>(room);
    while (!block_.empty() && filled_ < piece_size) {
        const void* const newline = std::memchr(block_.data(), '\n', block_.size());
        const std::size_t line =
            newline == nullptr ? block_.size()
                               : static_cast<std::size_t>(static_cast<const std::byte*>(newline) - block_.data()) + 1;
        // End a piece with a line; only a line that is longer than a piece comes in parts.
        if (filled_ > 0 && filled_ + line > piece_size) break;
        if (at_start_) add_lead();
        const std::size_t length = std::min(line, room - filled_);
        std::memcpy(buffer_.get() + filled_, block_.data(), length);
        filled_ += length;
        block_ = block_.subspan(length);
        at_start_ = newline != nullptr && length == line;
    }
}

void LineStamper::add_lead() {
    if (!lead_is_current_) renew_lead();
    std::memcpy(buffer_.get() + filled_, lead_.data(), lead_.size());
    leads_.push_back({filled_, filled_ + lead_.size()});
    filled_ += lead_.size();
}

/// All lines of a block share one lead, except with `delta`: the first line shows the time since the line before, and
/// the second line needs a new lead (zero), which the other lines share.
void LineStamper::renew_lead() {
    const Duration distance = moment_.steady - std::exchange(last_line_, moment_.steady);
    lead_is_current_ = stamp_.clock != LineStamp::Clock::delta || distance == Duration::zero();
    switch (stamp_.clock) {
        case LineStamp::Clock::none: lead_.clear(); break;
        case LineStamp::Clock::elapsed: lead_ = clock_text(moment_.steady - begun_) + ' '; break;
        case LineStamp::Clock::iso: lead_ = date_text(moment_.date) + ' '; break;
        case LineStamp::Clock::delta: lead_ = '+' + clock_text(distance) + ' '; break;
    }
    lead_ += stamp_.prefix;
}

}  // namespace netrunner
