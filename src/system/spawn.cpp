#include "src/system/spawn.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace netrunner {
namespace {

struct Birth {
    const SpawnRequest& request;
    volatile int error = 0;  ///< written by the new process
};

/// Makes one descriptor the new process's.
bool place(SpawnRequest::Placed placed) {
    if (placed.from == placed.to) return ::syscall(SYS_fcntl, placed.to, F_SETFD, 0) == 0;
    return ::syscall(SYS_dup3, placed.from, placed.to, 0) >= 0;
}

/// Runs in the new process, in the memory of this one. So it makes only raw system calls: the wrappers of sanitizers
/// would take them for calls of this process. Returns only if a step has failed.
__attribute__((no_sanitize("address", "thread", "undefined"))) int become(void* birth_of) {
    auto& birth = *static_cast<Birth*>(birth_of);
    const SpawnRequest& request = birth.request;
    bool good = request.directory < 0 || ::syscall(SYS_fchdir, request.directory) == 0;
    for (const SpawnRequest::Placed& placed : request.placed) good = good && place(placed);
    good = good && (!request.new_session || ::syscall(SYS_setsid) >= 0);
    // From here on a signal may end this process, as it may end any other.
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &request.blocked, nullptr, sizeof request.blocked);
    if (good) ::syscall(SYS_execve, request.program, request.argv, request.environment);
    birth.error = errno;
    constexpr int not_started = 127;
    return not_started;
}

}  // namespace

Spawned spawn(const SpawnRequest& request) noexcept {
    Birth birth{request};
    // The new process has a stack of its own for its few calls. CLONE_VFORK: this process waits until the new one has
    // executed the program or has ended, so both use this memory one after the other.
    constexpr std::size_t room = 16 * 1024;
    alignas(16) std::array<char, room> stack;  // NOLINT: not initialised, because most of it is never used
    // No signal may reach the new process before its own mask is set.
    std::uint64_t before = 0;
    const std::uint64_t all = ~std::uint64_t{0};
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    const pid_t pid = ::clone(&become, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &birth);
    const int error = errno;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof before);
    if (pid < 0) return {.error = error};
    if (birth.error == 0) return {.pid = pid};
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {.error = birth.error};
}

}  // namespace netrunner
