#include "src/session/parent_watch.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "shepherd/system/pidfd.hpp"
#include "src/system/setup_failure.hpp"

namespace netrunner {

ParentWatch::ParentWatch() : parent_(::getppid()) {
    if (parent_ == 0) {
        throw SetupFailure("parent", ESRCH,
                           "--die-with-parent: cannot watch the process that started netrunner, which is outside "
                           "netrunner's PID namespace",
                           "start netrunner from a process in the same PID namespace");
    }
    handle_ = open_pidfd(parent_);
    const int error = handle_ ? 0 : errno;
    if (error == ENOSYS) {
        int on_death = 0;
        ::prctl(PR_GET_PDEATHSIG, &on_death, 0, 0, 0);
        if (on_death == 0) ::prctl(PR_SET_PDEATHSIG, SIGCHLD, 0, 0, 0);
    }
    if (has_ended())
        throw SetupFailure("parent", ESRCH, "--die-with-parent: the process that started netrunner has ended");
    if (error != 0 && error != ENOSYS)
        throw SetupFailure("parent", error, "--die-with-parent: cannot watch the process that started netrunner");
}

ParentWatch::ParentWatch(const ParentWatch& known)
    : parent_(known.parent_), handle_(known.handle_ ? duplicate(known.handle_.get()) : Descriptor()) {}

/// If the parent has changed, the process that started netrunner has ended, and the end of the new parent (init or a
/// subreaper) means nothing.
bool ParentWatch::has_ended() const { return ::getppid() != parent_; }

}  // namespace netrunner
