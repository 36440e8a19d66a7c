// Finds out why the kernel refused a PID namespace. Called by src/session/start_failure; only reads /proc/sys.
#pragma once

#include <string>

namespace netrunner {

/// The reason for a message: "user namespaces are disabled (user.max_user_namespaces=0)". `error`: errno of the
/// refusal.
std::string describe_namespace_refusal(int error);

}  // namespace netrunner
