// One run of netrunner on this machine, as another process can see it in /proc. `find_runs` makes it, `netrunner ps`
// prints it, `netrunner ctl` speaks to it. A plain value.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

struct FoundRun {
    enum class State {
        starting,  ///< nothing of the command's tree is there: it has not started, has just ended, or waits for a retry
        running,
        stopped,  ///< every process of the tree is stopped (Ctrl-Z, SIGSTOP)
        lost,     ///< netrunner itself is gone, and the guard or the shepherd ends the tree
    };
    State state = State::starting;
    pid_t pid = 0;  ///< of netrunner; if it is lost, of the helper that is left
    uid_t user = 0;
    std::optional<pid_t> inside{};    ///< the run whose tree has this one
    std::size_t depth = 0;            ///< how many runs are around it
    Duration elapsed{};               ///< since netrunner was started, also while suspended
    Duration timeout = forever;       ///< of --timeout, of a batch --batch-timeout; `forever` if it is not known
    std::size_t processes = 0;        ///< of the tree, without netrunner and its helpers
    std::optional<Size> memory{};     ///< their resident sizes added, bytes; nothing if none can be read
    std::optional<Duration> quiet{};  ///< since the last output, where a file's time tells; else nothing
    bool has_shepherd = false;
    bool has_guard = false;
    std::optional<std::size_t> jobs{};     ///< of a batch: those that run now
    std::optional<std::string> control{};  ///< of --control, as typed
    pid_t leader = 0;                    ///< the command, which leads its process group; 0: it has ended, or of a batch
    std::vector<std::string> command{};  ///< empty if the command line cannot be read
};

}  // namespace netrunner
