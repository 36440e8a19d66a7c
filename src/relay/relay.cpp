#include "src/relay/relay.hpp"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "src/relay/whole_lines.hpp"

namespace netrunner {
namespace {

constexpr std::size_t read_size = 64 * 1024;
/// The start of a longer line is not held, but written as it comes: it is no text, or no reader expects it in one
/// piece.
constexpr std::size_t most_held = 32 * 1024;
/// One byte more is for a '\r' that was held back.
constexpr std::size_t buffer_size = most_held + read_size + 1;
constexpr std::size_t splice_size = 1024 * 1024;
/// With a position to note, a splice takes three more system calls. So a pipe with fewer bytes in it is copied.
constexpr std::size_t worth_a_mirror = 4096;
/// Upper bound in bytes for the output that a terminal holds.
constexpr std::size_t terminal_depth = 256 * 1024;
/// Rounds of one `move`, after which other streams, signals and limits get their turn.
constexpr int fair_share = 16;

}  // namespace

Relay::Relay(Source source, Sink sink, std::optional<Sink> copy, OutputBudget* budget, std::size_t pipe_size,
             const RelayDuties& duties)
    : source_(std::move(source)),
      sink_(std::move(sink)),
      copy_(std::move(copy)),
      budget_(budget),
      pipe_size_(pipe_size),
      plain_(duties.tail != nullptr || (copy_ && duties.plain_copy) ? std::make_unique<PlainText>() : nullptr),
      copies_plain_(duties.plain_copy),
      tail_(duties.tail),
      live_line_(duties.live_line),
      position_(duties.position),
      screen_(duties.screen),
      of_terminal_(duties.of_terminal),
      whole_lines_(duties.whole_lines),
      may_splice_(source_.is_pipe() && duties.tail == nullptr && !duties.stamp.wanted()) {
    const auto stamper = [&](const LineStamp& stamp) {
        return stamp.wanted() ? std::make_unique<LineStamper>(stamp, duties.begun) : nullptr;
    };
    stamper_ = stamper(duties.stamp);
    if (copy_) copy_stamper_ = stamper(duties.copy_stamp);
}

Relay::State Relay::move() {
    if (is_over()) return state_;
    State next = State::moving;
    const Size before = passed_ + dropped_;
    for (int round = 0; round < fair_share && next == State::moving && !excess_; ++round) {
        const bool empty = filled_ == 0 && held_ == 0;
        if (discarding_ && empty) {
            next = discard_some();
        } else if (splices_now()) {
            next = splice_some();
        } else {
            next = copy_some();
        }
    }
    // Grow the sink's pipe only when it first blocks, so that a short output does not pay for it.
    if (next == State::needs_sink && pipe_size_ != 0) {
        if (sink_.grow(std::exchange(pipe_size_, 0))) next = State::moving;
    }
    if (passed_ + dropped_ != before) last_moved_ = std::chrono::steady_clock::now();
    account_blocked(next);
    state_ = next;
    return next;
}

void Relay::finish_copy() {
    // After a drain the rest has been delivered already. Otherwise write what the second sink takes at once.
    if (!copy_is_done() || !take_rest() || !copy_) return;
    if (copy_->write(waiting_for_copy()).status == IoResult::Status::failed) return;
    copying_ = {};
}

/// Takes what is held back: a '\r', and an unfinished line for the second sink and the tail. False if that is nothing.
bool Relay::take_rest() {
    const std::span<const std::byte> returned = filter_.rest();
    if (strips_for_sink() && !returned.empty()) {
        buffer_[held_++] = returned.front();
        take_block(held_);
        return true;
    }
    const std::span<const std::byte> plain = plain_ ? plain_->rest() : std::span<const std::byte>();
    if (tail_ != nullptr) tail_->append(plain);
    if (!copy_) return false;
    copying_ = copies_plain_ ? plain : returned;
    if (copy_stamper_) copy_stamper_->take(copying_, Moment::now());
    return !copy_is_done();
}

void Relay::check_reader() {
    pollfd sink{sink_.descriptor(), 0, 0};
    if (is_over() || discarding_ || !sink_.has_reader() || ::poll(&sink, 1, 0) <= 0 || (sink.revents & POLLERR) == 0)
        return;
    error_ = EPIPE;
    account_blocked(State::sink_failed);
    state_ = State::sink_failed;
}

void Relay::discard() {
    // The bytes in the buffer have been charged to the budget, so they are still delivered. Only later ones are
    // discarded.
    discarding_ = true;
    if (!is_over()) state_ = State::moving;
}

void Relay::discard_all() {
    dropped_ += filled_ - sink_done_ + held_;
    filled_ = sink_done_ = held_ = 0;
    copying_ = {};
    if (stamper_) stamper_->drop();
    if (copy_stamper_) copy_stamper_->drop();
    discarding_ = lost_ = true;
    state_ = State::moving;
}

void Relay::begin_drain() {
    // For a terminal, FIONREAD counts the bytes in the line discipline, but not those on their way to it. Use the upper
    // bound instead.
    const std::size_t waiting = source_.is_terminal() ? terminal_depth : bytes_waiting(source_.descriptor());
    drain_goal_ = passed_ + dropped_ + (filled_ - sink_done_) + held_ + waiting;
    if (!is_over()) state_ = State::moving;
}

bool Relay::drained() const {
    if (is_over()) return true;
    const bool has_rest = copy_ && copies_plain_ && plain_->has_rest() && !discarding_;
    if (has_rest || !copy_is_done()) return false;
    return state_ == State::needs_source || (at_drain_goal() && filled_ == 0 && held_ == 0);
}

bool Relay::make_room_for_rest() {
    if (state_ != State::needs_sink) return false;
    const std::size_t rest = bytes_waiting(source_.descriptor()) + (filled_ - sink_done_) + held_;
    const std::size_t already = bytes_waiting(sink_.descriptor());
    // A pipe's capacity is counted in pages, and a short write may take a whole page, so ask for twice the bytes.
    return sink_.grow(2 * (rest + already));
}

void Relay::abandon() {
    // What a process outside the tree wrote after the drain began is not lost: it was not to be delivered.
    const bool delivered = state_ == State::ended || (drain_goal_ != unlimited && !is_over() && drained());
    const bool holds_bytes = source_.is_pipe() || source_.is_terminal();
    if (!delivered && (filled_ > 0 || held_ > 0 || (holds_bytes && source_.has_bytes()))) lost_ = true;
    if (is_over()) return;
    account_blocked(State::ended);
    state_ = State::ended;
}

Duration Relay::blocked() const {
    if (!blocked_since_) return blocked_;
    return blocked_ + (std::chrono::steady_clock::now() - *blocked_since_);
}

std::optional<TimePoint> Relay::last_blocked() const {
    return blocked_since_ ? std::chrono::steady_clock::now() : blocked_until_;
}

std::size_t Relay::share(std::size_t most) const {
    return budget_ == nullptr ? most : static_cast<std::size_t>(std::min<Size>(most, budget_->left));
}

void Relay::count(std::size_t bytes) {
    passed_ += bytes;
    spend(bytes);
}

void Relay::spend(std::size_t bytes) {
    if (budget_ != nullptr && budget_->left != unlimited) budget_->left -= std::min<Size>(bytes, budget_->left);
}

void Relay::account_blocked(State next) {
    const bool blocked = next == State::needs_sink;
    if (blocked == blocked_since_.has_value()) return;
    const TimePoint now = std::chrono::steady_clock::now();
    if (blocked) {
        blocked_since_ = now;
    } else {
        blocked_ += now - *blocked_since_;
        blocked_since_.reset();
        blocked_until_ = now;
    }
}

Relay::State Relay::after(const IoResult& result, bool sink_side) {
    switch (result.status) {
        case IoResult::Status::moved: return State::moving;
        case IoResult::Status::would_block: return sink_side ? State::needs_sink : State::needs_source;
        case IoResult::Status::end: return State::ended;
        case IoResult::Status::failed:
            error_ = result.error;
            source_failed_ = !sink_side;
            return State::sink_failed;
    }
    return State::sink_failed;
}

bool Relay::splices_now() {
    if (!may_splice_ || copy_ || filled_ > 0 || !sink_.can_splice()) return false;
    if (notes_spliced() && !mirror_) {
        if (bytes_waiting(source_.descriptor()) <= worth_a_mirror) return false;
        mirror_.emplace();
    }
    return held_ == 0;
}

/// The position after bytes that go to /dev/null stays as it was.
bool Relay::notes_spliced() const { return position_ != nullptr && !sink_.discards(); }

Relay::State Relay::splice_some() {
    std::size_t most = share(splice_size);
    if (most == 0) return probe_beyond_budget();
    if (mirror_) {
        const IoResult seen = mirror_->look(source_.descriptor());
        if (seen.status == IoResult::Status::failed) return stop_splicing();
        if (seen.status != IoResult::Status::moved) return after(seen, false);
        most = std::min(most, seen.bytes);
    }
    const IoResult result = sink_.splice_from(source_.descriptor(), most);
    if (result.status == IoResult::Status::moved) {
        count(result.bytes);
        if (mirror_) {
            const auto last = mirror_->moved(result.bytes);
            if (!last) return stop_splicing();
            position_->note({&*last, 1});
        }
        // Ask poll(2) whether the source is empty instead of splicing until would-block: splice(2) waits for the pipe's
        // lock, which a writer holds while it copies (docs/decisions/0020). Bytes that arrive later cause an event.
        return source_.is_at_rest() ? State::needs_source : State::moving;
    }
    if (!sink_.can_splice()) return State::moving;  // refused: copy from now on
    // A failure is EPIPE, which is the sink's. Would-block does not say which side blocks: if the source has bytes, it
    // is the sink.
    const bool is_full = result.status == IoResult::Status::would_block && source_.has_bytes();
    return after(result, is_full || result.status == IoResult::Status::failed);
}

/// Copies from now on.
Relay::State Relay::stop_splicing() {
    may_splice_ = false;
    mirror_.reset();
    return State::moving;
}

Relay::State Relay::copy_some() {
    if (filled_ > 0 || !copy_is_done()) return deliver_buffer();
    if (at_drain_goal() && take_rest()) return deliver_buffer();
    // What a receiver does not want now stays in the source. Only the end of the source is read then.
    const std::size_t room = held_ > 0 ? SIZE_MAX : sink_.room();
    if (room == 0) {
        if (source_.is_at_rest()) return State::needs_source;
        if (source_.has_bytes()) return State::needs_sink;
    }
    const std::size_t most = share(std::clamp<std::size_t>(room, 1, read_size));
    // A writer that never pauses would keep a line held, so give it up before splicing.
    if (held_ > 0 && (most == 0 || discarding_ || mirror_)) return deliver_held();
    if (most == 0) return probe_beyond_budget();
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    const IoResult result = source_.read({buffer_.get() + held_, most});
    if (result.status != IoResult::Status::moved) {
        const State next = after(result, false);
        if (held_ > 0) {
            // Once the sinks have taken it at once, the source is as it was. Otherwise the next round reads again.
            const State delivered = deliver_held();
            if (delivered != State::moving || filled_ > 0 || !copy_is_done()) return delivered;
        }
        const bool at_end = next != State::needs_source || drain_goal_ != unlimited;
        // After the rest has been delivered, the next read reports the end or the error again.
        return at_end && take_rest() ? deliver_buffer() : next;
    }
    // Charge the budget before delivery, so that another relay cannot spend the same bytes.
    spend(result.bytes);
    const std::size_t arrived = strip_arrived({buffer_.get() + held_, result.bytes});
    const std::size_t lines = whole_lines_ ? length_of_lines({buffer_.get() + held_, arrived}) : 0;
    const std::size_t whole = lines == 0 ? 0 : held_ + lines;
    held_ += arrived;
    const bool holds = whole_lines_ && held_ - whole <= most_held;
    if (held_ == 0 || (holds && whole == 0)) return State::moving;
    take_block(holds ? whole : held_);
    return deliver_buffer();
}

Relay::State Relay::deliver_held() {
    take_block(held_);
    return deliver_buffer();
}

/// Makes the first `size` held bytes the block to deliver.
void Relay::take_block(std::size_t size) {
    filled_ = size;
    held_ -= size;
    sink_done_ = 0;
    copying_ = {};
    const std::span<const std::byte> block(buffer_.get(), filled_);
    const std::span<const std::byte> plain = plain_ ? plain_->pass(block) : std::span<const std::byte>();
    if (copy_) copying_ = copies_plain_ ? plain : strips_for_sink() ? block : filter_.pass(block, strips_returns_);
    if (tail_ != nullptr) tail_->append(plain);
    if (!stamper_ && !copy_stamper_) return;
    const Moment moment = Moment::now();
    if (stamper_) {
        // After a line of netrunner's own in the middle of a line, the rest of that line begins a new one.
        const bool is_broken =
            position_ != nullptr && std::exchange(seen_breaks_, position_->breaks()) != position_->breaks();
        if (is_broken || sink_.take_break()) stamper_->begin_line();
        stamper_->take(block, moment);
    }
    if (copy_stamper_) {
        if (copy_->take_break()) copy_stamper_->begin_line();
        copy_stamper_->take(copying_, moment);
    }
}

/// A command may set ONLCR itself (`git log`, `stty sane`). The terminal is asked only when a "\r\n" has arrived, or a
/// '\r' at the end of a block.
void Relay::look_for_returns(std::span<const std::byte> block) {
    while (!strips_returns_ && !block.empty()) {
        const void* const found = std::memchr(block.data(), '\r', block.size());
        if (found == nullptr) return;
        block = block.subspan(static_cast<std::size_t>(static_cast<const std::byte*>(found) - block.data()) + 1);
        if (!block.empty() && block.front() != std::byte{'\n'}) continue;
        strips_returns_ = source_.returns_carriage();
        return;
    }
}

/// Changes `arrived`, for a sink that is no terminal, in place; a '\r' that was held back makes it one byte longer.
/// Returns its new length.
std::size_t Relay::strip_arrived(std::span<std::byte> arrived) {
    if (of_terminal_) look_for_returns(arrived);
    if (!strips_for_sink()) return arrived.size();
    const auto stripped = filter_.pass(arrived);
    std::ranges::copy(stripped, arrived.data());
    return stripped.size();
}

/// A terminal as the sink gets what the command's terminal writes.
bool Relay::strips_for_sink() const { return strips_returns_ && screen_ == nullptr; }

Relay::State Relay::deliver_buffer() {
    State next = sink_done_ < filled_ ? deliver_to_sink() : State::moving;
    if (copy_) next = deliver_to_copy(next);
    if (next == State::sink_failed) {
        lost_ = true;
    } else if (sink_done_ == filled_ && copy_is_done()) {
        if (held_ > 0) std::memmove(buffer_.get(), buffer_.get() + filled_, held_);
        filled_ = sink_done_ = 0;
        next = State::moving;
    }
    return next;
}

Relay::State Relay::deliver_to_sink() {
    if (live_line_ != nullptr) live_line_->hide();
    IoResult result;
    do {
        const auto all =
            stamper_ ? stamper_->piece() : std::span<const std::byte>(buffer_.get(), filled_).subspan(sink_done_);
        const auto bytes = lines_to_write(all, at_once(sink_));
        result = sink_.write(bytes);
        if (result.status != IoResult::Status::moved) break;
        const std::size_t own = stamper_ ? stamper_->advance(result.bytes) : result.bytes;
        sink_done_ += own;
        passed_ += own;
        if (position_ != nullptr) position_->note(bytes.first(result.bytes));
        if (screen_ != nullptr) screen_->watch(bytes.first(result.bytes));
    } while (sink_done_ < filled_);
    return after(result, true);
}

std::span<const std::byte> Relay::waiting_for_copy() { return copy_stamper_ ? copy_stamper_->piece() : copying_; }

Relay::State Relay::deliver_to_copy(State sink_state) {
    const auto bytes = lines_to_write(waiting_for_copy(), at_once(*copy_));
    if (bytes.empty()) return sink_state;
    const IoResult result = copy_->write(bytes);
    if (result.status == IoResult::Status::moved) {
        if (copy_stamper_) {
            copy_stamper_->advance(result.bytes);
        } else {
            copying_ = copying_.subspan(result.bytes);
        }
    } else if (result.status == IoResult::Status::failed) {
        copy_error_ = result.error;
        copying_ = {};
        copy_stamper_.reset();
        copy_.reset();
    } else if (sink_state == State::moving && sink_done_ == filled_) {
        return State::needs_sink;
    }
    return sink_state;
}

Relay::State Relay::probe_beyond_budget() {
    std::byte beyond{};
    const IoResult result = source_.read({&beyond, 1});
    if (result.status == IoResult::Status::moved) {
        excess_ = !std::exchange(budget_->exceeded, true);
        dropped_ += result.bytes;
        discard();
    }
    return after(result, false);
}

/// From a pipe, splice(2) moves pages to /dev/null without copying them.
Relay::State Relay::discard_some() {
    if (source_.is_pipe() && !nowhere_) {
        nowhere_ = Sink::owning(Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
    }
    if (nowhere_ && nowhere_->can_splice()) {
        const IoResult result = nowhere_->splice_from(source_.descriptor(), splice_size);
        if (result.status == IoResult::Status::moved) {
            dropped_ += result.bytes;
            return source_.is_at_rest() ? State::needs_source : State::moving;  // as in splice_some
        }
        if (nowhere_->can_splice()) return after(result, false);  // else refused: read from now on
    }
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    const IoResult result = source_.read({buffer_.get(), buffer_size});
    if (result.status == IoResult::Status::moved) dropped_ += result.bytes;
    return after(result, false);
}

}  // namespace netrunner
