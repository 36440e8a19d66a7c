#include "src/batch/shared_output.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace netrunner {

SharedOutput::SharedOutput(int fd, Pump& pump, ErrorFile error_file)
    : sink_(Sink::borrowing(fd)), pump_(pump), error_file_(error_file) {
    pump_.watch_room(sink_.descriptor(), this);
}

SharedOutput::~SharedOutput() { pump_.unwatch(sink_.descriptor()); }

IoResult SharedOutput::write(Writer writer, std::span<const std::byte> bytes) {
    if (error_ != 0) return {IoResult::Status::failed, 0, error_};
    const Writer turn = holder_ != nullptr ? holder_ : first_;
    // A writer that comes while others have been named lets them go first: it is named in the owner's next look.
    const bool overtakes = turn == nullptr && !named_.empty() && !named_.contains(writer);
    if (full_ || overtakes || (turn != nullptr && turn != writer)) {
        wait(writer);
        return {};
    }
    if (error_file_.live_line != nullptr) error_file_.live_line->hide();
    const IoResult result = sink_.write(bytes);
    if (result.status == IoResult::Status::moved) {
        named_.erase(writer);
        if (error_file_.position != nullptr) error_file_.position->note(bytes.first(result.bytes));
    }
    if (result.status == IoResult::Status::failed) error_ = result.error;
    if (result.status == IoResult::Status::would_block) {
        full_ = true;
        wait(writer);
    }
    return result;
}

void SharedOutput::wait(Writer writer) {
    const auto named = named_.find(writer);
    const std::int64_t turn = writer == holder_ ? first_turn_ - 1 : named != named_.end() ? named->second : next_turn_;
    if (!turns_.emplace(writer, turn).second) return;
    if (named != named_.end()) named_.erase(named);
    waiting_.emplace(turn, writer);
    first_turn_ = std::min(first_turn_, turn);
    next_turn_ = std::max(next_turn_, turn + 1);
}

void SharedOutput::release(Writer writer) {
    if (holder_ == writer) holder_ = nullptr;
}

void SharedOutput::forget(Writer writer) {
    release(writer);
    named_.erase(writer);
    const auto found = turns_.find(writer);
    if (found == turns_.end()) return;
    waiting_.erase(found->second);
    turns_.erase(found);
}

bool SharedOutput::handle(const Wake& wake) {
    if (wake.owner != this) return false;
    full_ = false;
    // An idle output would not notice that its reader has gone.
    pollfd state{sink_.descriptor(), 0, 0};
    if (sink_.has_reader() && ::poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0) error_ = EPIPE;
    return true;
}

SharedOutput::Writer SharedOutput::next_waiting() {
    // After a failure each writer that waits has to learn of it.
    if (error_ == 0 && full_) return nullptr;
    auto found = waiting_.begin();
    if (holder_ != nullptr && error_ == 0) {
        const auto turn = turns_.find(holder_);
        found = turn == turns_.end() ? waiting_.end() : waiting_.find(turn->second);
    }
    if (found == waiting_.end()) return nullptr;
    const Writer next = found->second;
    named_[next] = found->first;
    turns_.erase(next);
    waiting_.erase(found);
    return next;
}

}  // namespace netrunner
