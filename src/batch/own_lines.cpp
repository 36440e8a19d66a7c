#include "src/batch/own_lines.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>

#include "src/relay/sink.hpp"
#include "src/session/console.hpp"

namespace netrunner {
namespace {

constexpr std::chrono::seconds patience{1};

}  // namespace

void OwnLines::say(const std::string& text) {
    std::string line = line_to_say(text);
    if (output_ == nullptr) return print(line);
    waiting_bytes_ += line.size();
    waiting_.push_back(std::move(line));
    attend();
}

void OwnLines::attend() {
    while (!waiting_.empty()) {
        std::string& line = waiting_.front();
        const bool begins = done_ == 0;
        const std::string whole = begins ? lead_to_line(position_) + line : line.substr(done_);
        const IoResult result = output_->write(this, std::as_bytes(std::span(whole)));
        if (result.status == IoResult::Status::would_block) return output_->put_first(this);
        if (result.status == IoResult::Status::failed) {
            waiting_.clear();  // a failure to write to standard error can be reported nowhere
            break;
        }
        if (begins) position_.begin_own_line();
        if (result.bytes < whole.size()) {
            // The rest of the line follows before anything else.
            if (begins) line = whole;
            done_ += result.bytes;
            output_->hold(this);
            continue;
        }
        waiting_bytes_ -= std::min(waiting_bytes_, line.size());
        waiting_.pop_front();
        done_ = 0;
        output_->release(this);
    }
    waiting_bytes_ = waiting_.empty() ? 0 : waiting_bytes_;
    done_ = 0;
    output_->release(this);
    output_->put_first(nullptr);
}

void OwnLines::end_waiting() {
    if (output_ == nullptr) return;
    output_->forget(this);
    output_->put_first(nullptr);
    output_ = nullptr;
    for (const std::string& line : waiting_) {
        print(line.substr(done_));
        done_ = 0;
    }
    waiting_.clear();
    waiting_bytes_ = 0;
}

/// Waits for the reader.
void OwnLines::print(const std::string& text) {
    if (live_line_ != nullptr) live_line_->hide();
    Sink sink = Sink::borrowing(STDERR_FILENO);
    const std::string whole = done_ == 0 ? lead_to_line(position_) + text : text;
    if (done_ == 0) position_.begin_own_line();
    const int error = write_all(sink, std::as_bytes(std::span(whole)), is_stuck_ ? Duration::zero() : patience);
    is_stuck_ = is_stuck_ || error == ETIMEDOUT;
    position_.note(std::as_bytes(std::span(whole)));
}

}  // namespace netrunner
