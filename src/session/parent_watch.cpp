#include "src/session/parent_watch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "src/system/setup_failure.hpp"

namespace netrunner {

Descriptor open_parent() {
    const pid_t parent = ::getppid();
    if (parent == 0) {
        throw SetupFailure("parent", ESRCH,
                           "--die-with-parent: cannot watch the process that started netrunner, which is outside "
                           "netrunner's PID namespace",
                           "start netrunner from a process in the same PID namespace");
    }
    Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, parent, 0)));
    // If the parent has changed, the process that started netrunner has ended, and the end of the new parent (init or a
    // subreaper) means nothing.
    if (::getppid() != parent)
        throw SetupFailure("parent", ESRCH, "--die-with-parent: the process that started netrunner has ended");
    if (!handle)
        throw SetupFailure("parent", errno, "--die-with-parent: cannot watch the process that started netrunner");
    return handle;
}

}  // namespace netrunner
