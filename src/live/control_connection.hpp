// One process that sends requests: the leash (--control N), or a visitor of the socket (--control PATH). Reads its
// lines, and writes the answers. `Live` owns the connections and knows what a request means.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "src/live/control_socket.hpp"
#include "src/live/line_splitter.hpp"
#include "src/live/line_writer.hpp"
#include "src/relay/pump.hpp"
#include "src/relay/source.hpp"

namespace netrunner {

class ControlConnection {
  public:
    struct Rights {
        bool is_leash = false;  ///< its end is the end of the run
        bool may_lift = true;   ///< it may extend the time limit, and read and write the command's streams
        std::optional<SocketPeer> peer{};
    };

    /// Of a visitor. `answers`: a duplicate of `socket`, because the pump watches a descriptor either for what comes or
    /// for room. `lines` makes the `dropped` events, and must outlive the connection.
    ControlConnection(Descriptor socket, Descriptor answers, const EventLines& lines, const Rights& rights);
    /// Of a leash: `fd` is the caller's, a socket or something else that can be read. What cannot be written, is
    /// answered to `answers`, which may be null.
    ControlConnection(int fd, const EventLines& lines, LineWriter* answers, const Rights& rights);
    ~ControlConnection() { leave(); }
    ControlConnection(const ControlConnection&) = delete;
    ControlConnection& operator=(const ControlConnection&) = delete;

    void join(Pump& pump, Owner owner);
    void leave();

    /// Whether a wake of the pump for `descriptor` is for this connection.
    [[nodiscard]] bool is_meant(int descriptor) const {
        return descriptor == source_.descriptor() || (writer_ && descriptor == writer_->descriptor());
    }

    /// Reads what has come, and calls `take` for each line; for a line that is too long with nothing. Reads nothing
    /// while the process has not read `most_unread` bytes of its answers.
    void read(const std::function<void(std::optional<std::string_view> line)>& take);
    /// Writes what the process reads now, and waits for requests again if it had fallen behind, or was held.
    void flush();

    /// Null: the process cannot be answered.
    [[nodiscard]] LineWriter* answers() { return writer_ ? &*writer_ : answers_; }
    /// Null: answers go elsewhere or nowhere.
    [[nodiscard]] LineWriter* writer() { return writer_ ? &*writer_ : nullptr; }

    [[nodiscard]] const Rights& rights() const { return rights_; }
    /// The process sends no more, or it cannot be read.
    [[nodiscard]] bool has_ended() const { return ended_; }
    /// It reads no answers either: it has closed its end, in contrast to only the half that sends.
    [[nodiscard]] bool is_gone() const;
    /// No line waits for the process.
    [[nodiscard]] bool is_written() const { return !writer_ || writer_->is_gone() || writer_->queue().empty(); }

    bool is_subscribed = false;  ///< gets the events too
    bool is_held = false;        ///< a request of it waits for the start of the command: read no more

    static constexpr std::size_t most_unread = 64 * 1024;

  private:
    [[nodiscard]] bool may_read();
    void watch(bool wanted);

    Descriptor owned_;
    Source source_;
    std::optional<LineWriter> writer_;
    LineWriter* answers_ = nullptr;
    LineSplitter splitter_;
    Rights rights_;
    Pump* pump_ = nullptr;
    Owner owner_ = nullptr;
    bool watched_ = false;
    bool ended_ = false;
};

}  // namespace netrunner
