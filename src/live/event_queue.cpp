#include "src/live/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace netrunner {

bool EventQueue::may_be_dropped(const Entry& entry) {
    return entry.is_event && entry.kind != Kind::end && entry.kind != Kind::reply;
}

std::size_t EventQueue::cost_of(const Entry& entry) { return entry.line.size() + sizeof(Entry); }

/// Makes `earlier`, which was just before, part of `gap`.
void EventQueue::join(Gap& gap, const Gap& earlier) {
    if (earlier.count == 0) return;
    gap.since = gap.count == 0 ? earlier.since : std::min(gap.since, earlier.since);
    gap.count += earlier.count;
}

/// Notes in `gap` that an event was dropped there.
void EventQueue::drop(Gap& gap, TimePoint now) {
    join(gap, {1, now});
    ++figures_.dropped;
}

/// An entry leaves the queue, or the place of `current_`.
void EventQueue::forget(const Entry& entry) {
    if (entry.is_event) --waiting_;
    if (may_be_dropped(entry)) bytes_ -= cost_of(entry);
    if (entry.kind == Kind::reply) reply_bytes_ -= entry.line.size();
    if (entry.kind == Kind::end) end_bytes_ -= cost_of(entry);
}

/// Where the entry of the same kind and key waits, if only the latest one is kept; else the end of the queue. The line
/// of `next` is not in the queue, so it stays.
std::size_t EventQueue::earlier(const Entry& entry) const {
    if (entry.kind != Kind::output && entry.kind != Kind::sample) return queue_.size();
    const auto found = std::ranges::find_if(
        queue_, [&](const Entry& each) { return each.kind == entry.kind && each.key == entry.key; });
    return static_cast<std::size_t>(found - queue_.begin());
}

void EventQueue::drop_at(std::size_t at, TimePoint now) {
    Gap& gap = at + 1 == queue_.size() ? at_end_ : queue_[at + 1].before;
    join(gap, queue_[at].before);
    drop(gap, now);
    forget(queue_[at]);
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(at));
}

void EventQueue::add(Kind kind, std::string line, TimePoint now, std::uint64_t key) {
    Entry entry{.line = std::move(line), .key = key, .before = {}, .kind = kind, .is_event = kind != Kind::reply};
    if (gone_) {
        if (entry.is_event) ++figures_.dropped;
        return;
    }
    if (may_be_dropped(entry)) {
        const std::size_t replaced = earlier(entry);
        const bool replaces = replaced != queue_.size();
        const std::size_t freed = replaces ? cost_of(queue_[replaced]) : 0;
        if (bytes_ - freed + cost_of(entry) > most_bytes) return drop(at_end_, now);
        if (replaces) drop_at(replaced, now);
        bytes_ += cost_of(entry);
    }
    if (kind == Kind::end) {
        if (end_bytes_ > 0 && end_bytes_ + cost_of(entry) > most_end_bytes) return drop(at_end_, now);
        end_bytes_ += cost_of(entry);
    }
    if (entry.is_event) ++waiting_;
    if (kind == Kind::reply) reply_bytes_ += entry.line.size();
    entry.before = std::exchange(at_end_, {});
    queue_.push_back(std::move(entry));
}

std::optional<std::string_view> EventQueue::next(TimePoint now) {
    if (current_) return current_->line;
    if (queue_.empty()) return std::nullopt;
    const Gap gap = std::exchange(queue_.front().before, {});
    if (gap.count > 0) {
        current_ = Entry{.line = lines_->dropped(now, gap.count, gap.since), .is_event = false};
    } else {
        current_ = std::move(queue_.front());
        queue_.pop_front();
    }
    return current_->line;
}

void EventQueue::pop() {
    if (!current_) return;
    if (current_->is_event) ++figures_.written;
    forget(*current_);
    current_.reset();
}

void EventQueue::give_up() {
    figures_.dropped += waiting_;
    waiting_ = 0;
    bytes_ = 0;
    reply_bytes_ = 0;
    end_bytes_ = 0;
    current_.reset();
    queue_.clear();
    at_end_ = {};
    gone_ = true;
}

}  // namespace netrunner
