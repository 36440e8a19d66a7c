// A visitor's connection to the control socket of a run: lines out, lines in. ctl makes it and knows what the lines
// mean. A deadline without a value never comes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "src/system/fd.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// Nothing listens on the path, or it is no socket.
class NoListener : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The reader of our own output is gone.
class ReaderGone : public std::runtime_error {
  public:
    ReaderGone() : std::runtime_error("the reader of the output is gone") {}
};

class RunConnection {
  public:
    /// A longer line is refused.
    static constexpr std::size_t longest_line = std::size_t{1} << 20U;

    /// `path`: of the socket; it may be longer than a socket's address can be. `name`: what the user calls it. `owner`:
    /// the process that has to listen; 0: any. Throws NoListener or std::runtime_error.
    RunConnection(const std::string& path, const std::string& name, pid_t owner);

    /// Sends the line with its newline. If the run has closed the connection, the line is dropped: its last words are
    /// still there to read. Throws std::runtime_error if the run does not take the line until then.
    void send(std::string_view line, std::optional<TimePoint> until);

    /// The next line, without its newline; nothing at the end of the connection. An unfinished line at the end is
    /// dropped. `output`: also ends, with ReaderGone, when this descriptor has no reader any more; -1: none. Throws
    /// std::runtime_error if no line comes until then.
    std::optional<std::string> receive(std::optional<TimePoint> until, int output = -1);

    /// Waits until `input` can be read. False if the run has closed the connection first.
    bool wait_for_input(int input);

  private:
    void wait(short events, std::optional<TimePoint> until, int output);
    [[noreturn]] void fail_unanswered() const;

    std::string name_;
    Descriptor socket_;
    std::string received_;
    std::size_t searched_ = 0;  ///< of `received_`: no newline is before it
};

}  // namespace netrunner
