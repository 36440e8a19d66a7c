// Whether this process may use a file, asked of the kernel. faccessat(3) asks with faccessat2(2), Linux 5.8, which
// seccomp filters of older container engines refuse with EPERM (docs/decisions/0054).
#pragma once

namespace netrunner {

/// Whether the file `name` in `directory` can be used as `mode` (F_OK, W_OK or X_OK) says, with the effective ids.
/// False with errno.
bool may_access(int directory, const char* name, int mode);

}  // namespace netrunner
