#include "src/doctor/container.hpp"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

/// The kernel's first namespaces have these inodes since Linux 3.8 (include/linux/proc_ns.h).
constexpr ContainerTraces::Namespaces first{
    .pid = 0xEFFFFFFC, .cgroup = 0xEFFFFFFB, .ipc = 0xEFFFFFFF, .user = 0xEFFFFFFD, .uts = 0xEFFFFFFE};

bool is_inner(std::uint64_t found, std::uint64_t first_one) { return found != 0 && found != first_one; }

bool is_in_any(const ContainerTraces::Namespaces& found) {
    return is_inner(found.pid, first.pid) || is_inner(found.cgroup, first.cgroup) || is_inner(found.ipc, first.ipc) ||
           is_inner(found.user, first.user) || is_inner(found.uts, first.uts);
}

std::uint64_t number(std::string_view text, int base) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

Container::Groups groups_of(const std::string& mounts) {
    std::istringstream lines(mounts);
    auto best = Container::Groups::none;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string device, place, type, options;
        words >> device >> place >> type >> options;
        if (type != "cgroup2") continue;
        const bool read_only = options == "ro" || options.starts_with("ro,");
        best = std::max(best, read_only ? Container::Groups::read_only : Container::Groups::writable);
    }
    return best;
}

std::string engine_of(const ContainerTraces& traces) {
    if (traces.podman_file) return "podman";
    if (traces.kubernetes) return "kubernetes";
    if (traces.docker_file) return "docker";
    return traces.engine_variable;
}

}  // namespace

std::optional<Container> recognize(const ContainerTraces& traces) {
    Container found{.engine = engine_of(traces)};
    const bool marked = !found.engine.empty() && is_in_any(traces.namespaces);
    if (!marked && !is_inner(traces.namespaces.pid, first.pid)) return std::nullopt;
    constexpr int decimal = 10;
    constexpr int hexadecimal = 16;
    constexpr std::uint64_t filter_mode = 2;  // SECCOMP_MODE_FILTER
    found.first_process = traces.pid == 1;
    found.filtered = number(status_field(traces.status, "Seccomp"), decimal) == filter_mode;
    found.admin = ((number(status_field(traces.status, "CapEff"), hexadecimal) >> CAP_SYS_ADMIN) & 1U) != 0;
    found.no_new_privileges = number(status_field(traces.status, "NoNewPrivs"), decimal) == 1;
    found.groups = groups_of(traces.mounts);
    return found;
}

const char* name_of(Container::Groups groups) {
    switch (groups) {
        case Container::Groups::none: return "none";
        case Container::Groups::read_only: return "read-only";
        case Container::Groups::writable: return "writable";
    }
    return "none";
}

std::string sentence(const Container& container) {
    std::string text = container.engine.empty() ? "in a container" : "in a container of " + container.engine;
    text += container.first_process ? ": netrunner is process 1" : ": netrunner is not process 1";
    text += container.filtered ? "; a seccomp filter is on" : "; no seccomp filter";
    text += container.admin ? "; with CAP_SYS_ADMIN" : "; without CAP_SYS_ADMIN";
    if (container.no_new_privileges) text += "; no new privileges";
    switch (container.groups) {
        case Container::Groups::none: text += "; no control groups of version 2 are mounted"; break;
        case Container::Groups::read_only:
            text += "; control groups are read-only (--max-rss and --max-processes work)";
            break;
        case Container::Groups::writable: text += "; control groups are writable"; break;
    }
    return text;
}

}  // namespace netrunner
