// The guard's birth: the process between the shepherd and the command. It makes the pipes, starts the command and
// supervises it; it is the parent of all that the command leaves behind, and shares nothing with the shepherd but
// where it came from. Called in the new process.
#pragma once

#include "shepherd/link/link.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/supervise.hpp"

namespace netrunner {

/// What main was called with.
struct Words {
    int count = 0;
    char** argv = nullptr;
    char** environment = nullptr;
};

/// `start`: what the shepherd has made. Returns the guard's exit status.
int run_guard(Link link, const protocol::Plan& plan, const Words& words, Start start) noexcept;

}  // namespace netrunner
