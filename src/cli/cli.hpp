// Parses argv into a request: the options of a command, or a text to show. main calls it. Checks the
// syntax only: it reads nothing of the machine and changes nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/cli/batch_options.hpp"
#include "src/cli/ctl_options.hpp"
#include "src/cli/options.hpp"
#include "src/cli/report_options.hpp"

namespace netrunner {

/// Help or the version: main prints the text and exits.
struct ShowText {
    std::string text;
};

/// `netrunner doctor`.
struct AskDoctor {
    bool as_json = false;
    std::vector<std::string> required;  ///< the checks that decide the status; none: all
};

/// `netrunner ps`.
struct ListRuns {
    bool as_json = false;
};

/// `netrunner gc`.
struct CollectGarbage {
    std::optional<std::string> base;  ///< --cgroup-base
    std::string path;                 ///< below the base; empty: the whole base
};

using Request = std::variant<Options, BatchOptions, MergeRequest, ShowRequest, AskDoctor, CollectGarbage, ListRuns,
                             CtlOptions, ShowText>;

/// `words`: argv without the program's name. Throws UsageError.
Request parse_command_line(std::span<char* const> words);

}  // namespace netrunner
