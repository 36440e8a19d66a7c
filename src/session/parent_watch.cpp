#include "src/session/parent_watch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "src/system/setup_failure.hpp"

namespace netrunner {

Descriptor open_parent() {
    const pid_t parent = ::getppid();
    if (parent == 0) {
        throw SetupFailure("parent", ESRCH, "--die-with-parent: who started netrunner is in another PID namespace");
    }
    Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, parent, 0)));
    // Another parent now: that one has ended, and this is one that never ended.
    if (::getppid() != parent)
        throw SetupFailure("parent", ESRCH, "--die-with-parent: who started netrunner has ended");
    if (!handle) throw SetupFailure("parent", errno, "--die-with-parent: cannot watch who started netrunner");
    return handle;
}

}  // namespace netrunner
