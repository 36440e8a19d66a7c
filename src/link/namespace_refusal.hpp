// Why the kernel makes no PID namespace for this user, as far as that can be told. Asked by whoever was refused one.
#pragma once

#include <string>

namespace netrunner {

/// For people, without a verb: "user namespaces are disabled (user.max_user_namespaces=0)". `error`: errno.
std::string describe_namespace_refusal(int error);

}  // namespace netrunner
