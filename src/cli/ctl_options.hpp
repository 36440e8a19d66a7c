// The words of `netrunner ctl` as a plain value, and their parser. The command line calls it. Checks the syntax only:
// it looks for no run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "src/cli/option_table.hpp"
#include "src/system/window_size.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

/// `netrunner ctl`.
struct CtlOptions {
    enum class Command : std::uint8_t { status, events, signal, stop, extend, resize, close_stdin, write, read };

    std::string target{};  ///< the pid of a run, or the path of its socket
    Command command = Command::status;
    int signal = 0;                     ///< `signal`
    std::string duration{};             ///< `extend`, as typed; it is valid
    bool sets_limit = false;            ///< `extend`: the duration is the new limit, not an addition to it
    WindowSize size{};                  ///< `resize`
    std::optional<std::string> text{};  ///< `write`; nothing: standard input until its end
    std::string stream = "stdout";      ///< `read`: stdout or stderr
    Size most = unlimited;              ///< `read`: bytes; `unlimited`: until the end
    bool as_json = false;               ///< print the replies as they come
};

/// The word for the command: "close-stdin".
const char* word_of(CtlOptions::Command command);

/// The text of `netrunner help ctl`.
std::string help_of_ctl();

/// `words`: those after `ctl`. Throws UsageError.
std::variant<CtlOptions, AskedText> parse_ctl(std::span<const std::string> words);

}  // namespace netrunner
