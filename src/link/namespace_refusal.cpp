#include "src/link/namespace_refusal.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>

#include "src/system/text_file.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

std::optional<std::uint64_t> setting(const char* name) {
    const auto text = read_text(fmt::format("/proc/sys/{}", name));
    return text ? number_in(trimmed(*text)) : std::nullopt;
}

}  // namespace

std::string describe_namespace_refusal(int error) {
    // Each name is a sysctl(8). If the kernel has no such setting, `setting` returns nothing and the comparison is
    // false.
    if (setting("user/max_user_namespaces") == 0) return "user namespaces are disabled (user.max_user_namespaces=0)";
    if (setting("user/max_pid_namespaces") == 0) return "PID namespaces are disabled (user.max_pid_namespaces=0)";
    if (setting("kernel/unprivileged_userns_clone") == 0) return "refused by kernel.unprivileged_userns_clone=0";
    if (setting("kernel/apparmor_restrict_unprivileged_userns") == 1) {
        return "refused by AppArmor (kernel.apparmor_restrict_unprivileged_userns=1)";
    }
    if (error == ENOSPC) {
        return "the limit on the number of namespaces, or on their nesting, is reached (user.max_pid_namespaces, "
               "user.max_user_namespaces)";
    }
    if (error == EPERM) return "refused by the kernel or a security module, as in most containers";
    return errno_text(error);
}

}  // namespace netrunner
