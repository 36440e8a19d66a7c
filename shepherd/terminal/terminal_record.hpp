// What the runner has changed on the user's terminal, in memory that it shares with the shepherd and the guard. So the
// two know of each change from the moment on at which the runner makes it, and can undo it if the runner is killed,
// also together with one of them. The runner makes and writes the record; users_terminal reads it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "shepherd/link/protocol.hpp"

namespace netrunner {

class TerminalRecord {
  public:
    /// The user's modes, and the modes that the runner sets instead.
    struct Change {
        protocol::TerminalModes original;
        protocol::TerminalModes changed;
    };

    TerminalRecord() = default;
    TerminalRecord(const TerminalRecord&) = delete;
    TerminalRecord& operator=(const TerminalRecord&) = delete;
    TerminalRecord(TerminalRecord&& other) noexcept;
    TerminalRecord& operator=(TerminalRecord&& other) noexcept;
    ~TerminalRecord();

    /// The size of the file that `map` maps, in bytes.
    static std::size_t size() noexcept;
    /// Maps the file of the record, which is `size` bytes of zeros at first, or what another process has written to it
    /// since. False with errno. Without a mapping the record is empty, and writing to it does nothing.
    bool map(int file) noexcept;

    /// The runner is about to make `change`. Valid at once or not at all, at whatever moment the runner is killed.
    void hold(const Change& change) noexcept;
    /// The runner has undone the change.
    void release() noexcept;
    /// The change that may have to be undone; nothing if there is none.
    [[nodiscard]] std::optional<Change> change() const noexcept;

    /// What ends the modes that the command has begun on the terminal with escape sequences; empty: none. What is
    /// longer than 320 bytes is not kept.
    void set_screen_ending(std::string_view ending) noexcept;
    [[nodiscard]] std::string_view screen_ending() const noexcept;

  private:
    struct Layout;
    Layout* layout_ = nullptr;
};

}  // namespace netrunner
