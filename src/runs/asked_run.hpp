// Reads from a process's command line what the run or batch was asked to do. The scan of the runs calls it for
// each runner that it finds. It looks at no other file of the process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

struct AskedRun {
    bool is_batch = false;
    Duration timeout = forever;
    std::vector<std::string> command{};
    std::optional<std::string> output_file{};
    std::optional<std::string> control{};  ///< of --control, as typed
};

/// argv of a process. Empty if the process has ended or /proc does not show it.
std::vector<std::string> command_line_of(pid_t pid);

/// What `words`, the command line of a netrunner, ask for. Nothing if it is no run or batch. If another version of
/// netrunner has options that this one does not know, only `is_batch`, the command and `control`
/// are known.
std::optional<AskedRun> parse_asked_run(const std::vector<std::string>& words);

}  // namespace netrunner
