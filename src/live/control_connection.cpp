#include "src/live/control_connection.hpp"

#include <poll.h>

#include <array>
#include <utility>

namespace netrunner {
namespace {

constexpr std::size_t read_size = 16 * 1024;

}  // namespace

ControlConnection::ControlConnection(Descriptor socket, Descriptor answers, const EventLines& lines,
                                     const Rights& rights)
    : owned_(std::move(socket)),
      source_(Source::borrowing(owned_.get())),
      writer_(std::in_place, Sink::sharing(std::move(answers)), lines),
      rights_(rights) {}

ControlConnection::ControlConnection(int fd, const EventLines& lines, LineWriter* answers, const Rights& rights)
    : source_(Source::borrowing(fd)), answers_(answers), rights_(rights) {
    if (is_socket(fd)) writer_.emplace(Sink::sharing(duplicate(fd)), lines);
}

bool ControlConnection::is_gone() const {
    if (writer_ && writer_->is_gone()) return true;
    return ended_ && ready_now(source_.descriptor(), POLLHUP);
}

void ControlConnection::join(Pump& pump, Owner owner) {
    pump_ = &pump;
    owner_ = owner;
    if (writer_) writer_->join(pump, owner);
    watch(true);
}

void ControlConnection::leave() {
    watch(false);
    if (writer_) writer_->leave();
    pump_ = nullptr;
}

void ControlConnection::watch(bool wanted) {
    if (pump_ == nullptr || watched_ == wanted) return;
    watched_ = wanted;
    if (wanted) {
        pump_->watch(source_.descriptor(), owner_);
    } else {
        pump_->unwatch(source_.descriptor());
    }
}

bool ControlConnection::may_read() {
    const LineWriter* const to = answers();
    return !ended_ && !is_held && (to == nullptr || to->queue().bytes_of_replies() < most_unread);
}

void ControlConnection::read(const std::function<void(std::optional<std::string_view> line)>& take) {
    std::array<char, read_size> room{};
    if (may_read()) {
        const IoResult result = source_.read(std::as_writable_bytes(std::span(room)));
        std::string_view bytes(room.data(), result.status == IoResult::Status::moved ? result.bytes : 0);
        while (const auto line = splitter_.next(bytes)) {
            take(line->too_long ? std::nullopt : std::optional(line->text));
        }
        ended_ = result.status == IoResult::Status::end || result.status == IoResult::Status::failed;
        if (ended_) {
            if (const auto last = splitter_.rest()) take(*last);
        }
    }
    watch(may_read());
}

void ControlConnection::flush() {
    if (writer_) writer_->flush();
    watch(may_read());
}

}  // namespace netrunner
