// Starts a program in a new process, as posix_spawn(3) does, but with clone(2). posix_spawn uses clone3(2) and fails
// where a seccomp filter refuses that call with EPERM (docs/decisions/0054). Used for the shepherd and for netrunner
// itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace netrunner {

struct SpawnRequest {
    /// The new process's descriptor `to` is this process's `from`. With `from` == `to`, a descriptor that closes on
    /// exec stays open.
    struct Placed {
        int from = -1;
        int to = -1;
    };

    const char* program = nullptr;  ///< its path
    char* const* argv = nullptr;
    char* const* environment = nullptr;
    std::span<const Placed> placed;  ///< in this order
    int directory = -1;              ///< where it starts; -1: this process's directory
    bool new_session = false;
    std::uint64_t blocked = 0;  ///< its signal mask; bit n-1 stands for signal n
};

struct Spawned {
    pid_t pid = -1;
    int error = 0;  ///< errno of the step that failed; then there is no process
};

/// Returns when the program executes, or when that has failed.
Spawned spawn(const SpawnRequest& request) noexcept;

}  // namespace netrunner
