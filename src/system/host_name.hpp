// The name of this machine, for files that are compared with those of others.
#pragma once

#include <sys/utsname.h>

#include <string>

namespace netrunner {

inline std::string host_name() {
    utsname names{};
    return ::uname(&names) == 0 && names.nodename[0] != '\0' ? names.nodename : "localhost";
}

}  // namespace netrunner
