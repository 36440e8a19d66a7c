#include "src/live/line_writer.hpp"

#include <poll.h>

#include <chrono>
#include <climits>
#include <span>
#include <utility>

#include "src/values/poll_timeout.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;

}  // namespace

void LineWriter::join(Pump& pump, Owner owner) {
    pump_ = &pump;
    pump.watch_room(sink_.descriptor(), owner);
}

void LineWriter::leave() {
    if (pump_ == nullptr) return;
    std::exchange(pump_, nullptr)->unwatch(sink_.descriptor());
}

/// Returns false if the reader takes no more now.
bool LineWriter::write_line(std::string_view line) {
    const auto bytes = std::as_bytes(std::span(line));
    while (done_ < bytes.size()) {
        const IoResult result = sink_.write(bytes.subspan(done_));
        if (result.status == IoResult::Status::failed) {
            gone_ = true;
            queue_.give_up();
            return false;
        }
        if (result.status != IoResult::Status::moved) return false;
        done_ += result.bytes;
    }
    done_ = 0;
    queue_.pop();
    return true;
}

/// A pipe takes up to PIPE_BUF bytes in one piece, and more only if it has the room. A longer line that it takes in two
/// pieces could be mixed with the lines of another run that shares the pipe.
void LineWriter::make_room_for(std::size_t line) {
    constexpr std::size_t slack = 2 * PIPE_BUF;
    if (done_ == 0 && line > PIPE_BUF) sink_.grow(bytes_waiting(sink_.descriptor()) + line + slack);
}

void LineWriter::flush() {
    while (!gone_) {
        const auto line = queue_.next(steady_clock::now());
        if (!line || !write_line(*line)) return;
    }
}

void LineWriter::flush_until(TimePoint until) {
    while (true) {
        const auto line = gone_ ? std::nullopt : queue_.next(steady_clock::now());
        if (!line) return;
        make_room_for(line->size());
        if (write_line(*line)) continue;
        if (gone_) return;
        // The pipe's capacity is counted in pages, and a short line may take a whole page.
        if (sink_.grow(2 * (line->size() + EventQueue::most_bytes + bytes_waiting(sink_.descriptor())))) continue;
        pollfd reader{sink_.descriptor(), POLLOUT, 0};
        if (::poll(&reader, 1, milliseconds_until(until)) > 0 && (reader.revents & POLLERR) == 0) continue;
        if (steady_clock::now() < until && (reader.revents & POLLERR) == 0) continue;
        gone_ = true;
        queue_.give_up();
        return;
    }
}

}  // namespace netrunner
