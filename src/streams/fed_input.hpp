// The command's input if requests write it (--stdin control): a pipe, or the keys of its pseudo-terminal. Takes one
// text at a time and gives it to the kernel as the command makes room. Used by Streams. It knows no request.
#pragma once

#include <optional>
#include <string>

#include "src/relay/pump.hpp"
#include "src/relay/sink.hpp"

namespace netrunner {

class FedInput {
  public:
    /// `owner` gets the pump's wakes for `descriptor()`, and then calls `go_on`.
    FedInput(Sink sink, Pump& pump, Owner owner);
    ~FedInput();
    FedInput(const FedInput&) = delete;
    FedInput& operator=(const FedInput&) = delete;

    [[nodiscard]] int descriptor() const { return sink_.descriptor(); }
    /// Whether the kernel has not taken all of the last text yet.
    [[nodiscard]] bool busy() const { return busy_; }
    /// Begins to write `text`. Only if it is not busy.
    void write(std::string text);
    /// Writes what the kernel takes now.
    void go_on();
    /// Once for each text, when the kernel has taken it: 0, or the errno of the failed write (EPIPE: nothing reads the
    /// input any more).
    std::optional<int> take_result();
    /// Bytes that the kernel has taken.
    [[nodiscard]] Size passed() const { return passed_; }
    /// Whether a typed line was longer than the line discipline keeps.
    [[nodiscard]] bool cut_a_line() const { return sink_.cut_a_line(); }

  private:
    void finish(int error);

    Sink sink_;
    Pump& pump_;
    std::string text_;
    std::size_t done_ = 0;
    bool busy_ = false;
    std::optional<int> result_;
    Size passed_ = 0;
};

}  // namespace netrunner
