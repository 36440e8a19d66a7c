// The start of the guard, the process between the shepherd and the command. main calls it in the newly forked process.
// It makes the pipes, starts the command and then calls supervise, which does everything after the start.
#pragma once

#include "shepherd/link/link.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/supervise.hpp"

namespace netrunner {

/// The arguments of main.
struct Words {
    int count = 0;
    char** argv = nullptr;
    char** environment = nullptr;
};

/// `start`: what the shepherd opened before the fork. Returns the guard's exit status.
int run_guard(Link link, const protocol::Plan& plan, const Words& words, Start start) noexcept;

}  // namespace netrunner
