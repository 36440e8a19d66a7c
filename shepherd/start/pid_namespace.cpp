#include "shepherd/start/pid_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

namespace netrunner {
namespace {

pid_t fork_with(unsigned long flags) noexcept {
    return static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

bool write_to(const char* path, std::string_view text) noexcept {
    const Descriptor file(::open(path, O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// Writes "ID ID 1", which maps one id to the same number. Without privileges a process may map only its own id
/// (user_namespaces(7)).
bool map_id(const char* path, unsigned id) noexcept {
    std::array<char, 32> text{};
    char* at = text.data();
    for (int side = 0; side < 2; ++side) {
        at = std::to_chars(at, text.data() + text.size(), id).ptr;
        *at++ = ' ';
    }
    *at++ = '1';
    return write_to(path, {text.data(), static_cast<std::size_t>(at - text.data())});
}

/// Hides later mounts from other mount namespaces. After chroot(2) the root may be no mount point; then the kernel
/// refuses the first call, and only the mount at /proc is made private.
bool keep_mounts_private() noexcept {
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ||
           (errno == EINVAL && ::mount("none", "/proc", nullptr, MS_PRIVATE, nullptr) == 0);
}

}  // namespace

pid_t PidNamespace::fork() noexcept {
    constexpr unsigned long own = CLONE_NEWPID | CLONE_NEWNS;
    user_ = ::geteuid();
    group_ = ::getegid();
    const pid_t child = fork_with(own);
    if (child >= 0 || errno != EPERM) return child;
    has_users_ = true;
    return fork_with(own | CLONE_NEWUSER);
}

bool PidNamespace::settle(const ShepherdWatch& shepherd) const noexcept {
    if (has_users_) {
        // Deny setgroups(2) first: with it the process could leave a group whose members are denied access to a file
        // (user_namespaces(7)).
        if (!write_to("/proc/self/setgroups", "deny") && errno != ENOENT) return false;
        if (!map_id("/proc/self/uid_map", user_) || !map_id("/proc/self/gid_map", group_)) return false;
    }
    if (!keep_mounts_private()) return false;
    // Mount a new /proc: the old one has the outer namespace's pids, so no process would find its own pid there.
    if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return false;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (!shepherd.has_ended()) return true;
    errno = ESRCH;
    return false;
}

}  // namespace netrunner
