// One of the command's outputs, read on demand (--stdout control, --stderr control). The relay offers it bytes; it
// takes them only for a request, so what no request asks for stays in the kernel's pipe. `Live` owns it, the session's
// streams write to it. One request at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "src/relay/receiver.hpp"

namespace netrunner {

class AskedOutput final : public Receiver {
  public:
    ~AskedOutput() = default;

    /// Asks for at most `most` bytes. False if the request before it has not been answered.
    bool ask(std::size_t most);
    /// The process that asked has gone: nothing is taken for it.
    void withdraw() { asked_ = 0; }
    /// The bytes for the request, once there are some; the relay is to be nudged after `ask`.
    std::optional<std::string> take_answer() { return std::exchange(answer_, std::nullopt); }
    [[nodiscard]] bool is_asked() const { return asked_ > 0; }
    /// Whether any bytes have been asked for so far.
    [[nodiscard]] bool was_asked() const { return was_asked_; }

    IoResult take(std::span<const std::byte> bytes) override;
    [[nodiscard]] std::size_t room() const override { return asked_; }

  private:
    std::size_t asked_ = 0;
    bool was_asked_ = false;
    std::optional<std::string> answer_;
};

}  // namespace netrunner
