// argv to what it asks for: a run's Options, another command, or a text. Validates how things are written, touches
// nothing on the machine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "src/cli/options.hpp"

namespace netrunner {

/// Help or the version: to be shown, and that is all.
struct ShowText {
    std::string text;
};

/// `netrunner doctor`.
struct AskDoctor {
    bool as_json = false;
};

/// `netrunner gc`.
struct CollectGarbage {
    std::optional<std::string> base;  ///< --cgroup-base
    std::string path;                 ///< below it; empty: all of it
};

using Request = std::variant<Options, AskDoctor, CollectGarbage, ShowText>;

/// `words` is argv without the program's name. Throws UsageError with one line.
Request parse_command_line(std::span<char* const> words);

}  // namespace netrunner
