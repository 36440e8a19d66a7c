#include "src/cgroup/place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "src/cgroup/mount.hpp"
#include "src/cgroup/plan.hpp"
#include "src/system/file_access.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

/// Whether the control group namespace of this process begins at `path`, as in a container.
bool is_namespace_root(const std::string& path) {
    const CgroupView view = look_for_cgroups();
    const CgroupMount* const mount = choose_mount(view);
    return view.own == "/" && mount != nullptr && own_directory(view, *mount) == path;
}

/// Whether a process is in the control group namespace of this one, or has exited meanwhile.
bool shares_namespace(const std::string& pid) {
    std::error_code unknown;
    const auto own = std::filesystem::read_symlink("/proc/self/ns/cgroup", unknown);
    if (unknown) return false;
    const auto other = std::filesystem::read_symlink("/proc/" + pid + "/ns/cgroup", unknown);
    return unknown ? unknown.value() == ENOENT || unknown.value() == ESRCH : other == own;
}

}  // namespace

void cgroup_failure(int error, const std::string& what, const std::string& remedy) {
    throw SetupFailure("cgroup", error, "cgroup: " + what, remedy);
}

std::string own_scope() {
    return fmt::format("systemd-run {}--scope -p Delegate=yes -- netrunner run ...{}",
                       ::geteuid() == 0 ? "" : "--user ",
                       ::geteuid() == 0 ? "; in a systemd service: Delegate=yes" : "");
}

std::optional<std::string> base_of_environment() {
    const char* base = std::getenv("NETRUNNER_CGROUP_BASE");
    return base == nullptr || *base == '\0' ? std::nullopt : std::optional<std::string>(base);
}

std::string find_cgroup_base(const std::optional<std::string>& asked) {
    check_environment_base(asked);  // the command line has checked its own
    if (asked && asked->starts_with('/')) return *asked;
    const CgroupView view = look_for_cgroups();
    if (view.mounts.empty()) {
        cgroup_failure(ENOENT, "no cgroup v2 file system is mounted", "mount -t cgroup2 none /sys/fs/cgroup, as root");
    }
    const CgroupMount* const mount = choose_mount(view);
    if (mount == nullptr) {
        cgroup_failure(ENOENT,
                       fmt::format("the cgroup2 mount at '{}' does not show this process's own group '{}'",
                                   view.mounts.front().point, view.own),
                       "mount cgroup2 inside the container, or start the container with the host's cgroup namespace");
    }
    if (mount->read_only) {
        cgroup_failure(EROFS, fmt::format("'{}' is mounted read-only, as in most containers", mount->point),
                       "a container with its own writable cgroup file system");
    }
    const bool from_root = asked ? *asked == "root" : ::geteuid() == 0;
    return from_root ? mount->point : own_directory(view, *mount).value_or(mount->point);
}

void require_cgroup2(int directory, const std::string& path) {
    struct statfs info {};
    if (::fstatfs(directory, &info) != 0 || info.f_type != CGROUP2_SUPER_MAGIC) {
        cgroup_failure(ENOTTY, fmt::format("'{}' is not in a cgroup v2 file system", path));
    }
}

std::vector<std::string> processes_in(int directory) {
    return words_in(read_text_at(directory, "cgroup.procs").value_or(""));
}

std::string named(const std::vector<std::string>& pids) {
    constexpr std::size_t most_named = 3;
    std::string text;
    for (std::size_t i = 0; i < pids.size() && i < most_named; ++i) {
        const std::string name = trimmed(read_text("/proc/" + pids[i] + "/comm").value_or(""));
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", pids[i], name);
    }
    if (pids.size() > most_named) text += fmt::format(", +{}", pids.size() - most_named);
    return text;
}

std::vector<std::string> enabled_controllers(int directory) {
    return words_in(read_text_at(directory, "cgroup.subtree_control").value_or(""));
}

void require_controller(int directory, const std::string& path, const std::string& controller) {
    const auto available = words_in(read_text_at(directory, "cgroup.controllers").value_or(""));
    if (std::ranges::find(available, controller) != available.end()) return;
    const std::string known = read_text("/proc/cgroups").value_or("");
    if (is_switched_off(known, controller)) {
        cgroup_failure(ENOTSUP, fmt::format("the kernel was started without the controller '{0}' (cgroup_disable={0})",
                                            controller));
    }
    const std::string in_version_1 = controller == "io" ? "blkio" : controller;
    if (const int hierarchy = parse_v1_hierarchy(known, in_version_1); hierarchy != 0) {
        cgroup_failure(
            ENOTSUP,
            fmt::format("the controller '{}' is on cgroup v1 (hierarchy {}) on this machine", controller, hierarchy),
            fmt::format("a kernel started with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1={}", in_version_1));
    }
    cgroup_failure(ENOTSUP, fmt::format("the controller '{}' is not available in '{}'", controller, path), own_scope());
}

bool may_have_inner_limits(int directory) {
    const bool is_root = !may_access(directory, "cgroup.type", F_OK);  // only the root has no such file
    return is_root || processes_in(directory).empty();
}

Movable movable_from(int directory, const std::string& path) {
    const auto members = processes_in(directory);
    if (members.size() == 1 && members.front() == std::to_string(::getpid())) return Movable::netrunner;
    if (!is_namespace_root(path)) return Movable::none;
    return std::ranges::all_of(members, shares_namespace) ? Movable::container : Movable::none;
}

void refuse_inner_limits(int directory, const std::string& path, const std::string& controller) {
    cgroup_failure(EBUSY,
                   fmt::format("cannot enable '{}' below '{}', which has processes in it ({})", controller, path,
                               named(processes_in(directory))),
                   is_namespace_root(path)
                       ? "netrunner as the container's first process, or move these processes to a group inside it"
                       : "run netrunner as the only process in it: " + own_scope());
}

}  // namespace netrunner
