// The name and the start of the command line of a process, read from /proc. Used for orphans and survivors in messages
// and the report.
#pragma once

#include <sys/types.h>

#include <array>

#include "shepherd/link/protocol.hpp"
#include "shepherd/tree/tree.hpp"

namespace netrunner {

struct ProcessDescription {
    std::array<char, 16> name{};
    std::array<char, protocol::command_excerpt> command{};  ///< the start of its command line; empty if it has none

    explicit ProcessDescription(pid_t pid) { describe_process(pid, name, command); }
};

}  // namespace netrunner
