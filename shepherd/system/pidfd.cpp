#include "shepherd/system/pidfd.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace netrunner {
namespace {

/// The errors that filters give. pidfd_open itself gives none of them.
bool is_refusal(int error) noexcept { return error == ENOSYS || error == EPERM || error == EACCES; }

}  // namespace

Descriptor open_pidfd(pid_t pid) noexcept {
    Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd && is_refusal(errno)) errno = ENOSYS;
    return pidfd;
}

bool send_by_pidfd(const Descriptor& pidfd, int signal, const siginfo_t* info, unsigned flags) noexcept {
    if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, info, flags) == 0) return true;
    if (!is_refusal(errno)) return false;
    // EPERM also means that this process may not signal that one, but every process may signal itself.
    errno = can_use_pidfds() ? EPERM : ENOSYS;
    return false;
}

bool can_use_pidfds() noexcept {
    const Descriptor own = open_pidfd(::getpid());
    return own && ::syscall(SYS_pidfd_send_signal, own.get(), 0, nullptr, 0) == 0;
}

}  // namespace netrunner
