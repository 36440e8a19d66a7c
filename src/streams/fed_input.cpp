#include "src/streams/fed_input.hpp"

#include <span>
#include <utility>

namespace netrunner {

FedInput::FedInput(Sink sink, Pump& pump, Owner owner) : sink_(std::move(sink)), pump_(pump) {
    pump_.watch_room(sink_.descriptor(), owner);
}

FedInput::~FedInput() { pump_.unwatch(sink_.descriptor()); }

void FedInput::write(std::string text) {
    text_ = std::move(text);
    done_ = 0;
    busy_ = true;
    go_on();
}

void FedInput::go_on() {
    while (busy_) {
        if (done_ == text_.size()) return finish(0);
        const IoResult result = sink_.write(std::as_bytes(std::span(text_)).subspan(done_));
        if (result.status == IoResult::Status::failed) return finish(result.error);
        if (result.status != IoResult::Status::moved) return;
        done_ += result.bytes;
        passed_ += result.bytes;
    }
}

std::optional<int> FedInput::take_result() { return std::exchange(result_, std::nullopt); }

void FedInput::finish(int error) {
    busy_ = false;
    text_.clear();
    result_ = error;
}

}  // namespace netrunner
