#include "src/system/file_access.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace netrunner {

bool may_access(int directory, const char* name, int mode) {
    if (::faccessat(directory, name, mode, AT_EACCESS) == 0) return true;
    // The older system call takes the real ids, which are the effective ones unless netrunner is a setuid program. If
    // EPERM is the file's own (it is immutable), the older call gives it too.
    return errno == EPERM && ::syscall(SYS_faccessat, directory, name, mode) == 0;
}

}  // namespace netrunner
