// Whether netrunner runs in a container, and what the container withholds. doctor gathers the traces, diagnosis prints
// the result; docs/containers.md says what follows from it. Pure.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace netrunner {

/// What the machine shows to a process, unread: texts of procfs and the marks of container engines.
struct ContainerTraces {
    /// Inodes of files in /proc/self/ns; 0: not known.
    struct Namespaces {
        std::uint64_t pid = 0, cgroup = 0, ipc = 0, user = 0, uts = 0;
    };
    pid_t pid = 0;  ///< of netrunner
    Namespaces namespaces{};
    std::string status{};           ///< /proc/self/status
    std::string mounts{};           ///< /proc/self/mounts
    std::string engine_variable{};  ///< the environment variable `container`, which several engines set
    bool docker_file = false;       ///< /.dockerenv exists
    bool podman_file = false;       ///< /run/.containerenv exists
    bool kubernetes = false;        ///< the environment variable KUBERNETES_SERVICE_HOST is set
};

struct Container {
    enum class Groups : std::uint8_t { none, read_only, writable };
    std::string engine{};        ///< docker, podman, kubernetes, the value of `container`; empty: not known
    bool first_process = false;  ///< netrunner is process 1
    bool filtered = false;       ///< a seccomp filter is on
    bool admin = false;          ///< CAP_SYS_ADMIN is effective
    bool no_new_privileges = false;
    Groups groups = Groups::none;  ///< how control groups of version 2 are mounted
};

/// Nothing outside of containers: there is no PID namespace, and no mark of an engine together with another namespace.
/// A mark alone is not enough, because the root directory of a virtual machine can come from an image.
std::optional<Container> recognize(const ContainerTraces& traces);

/// One line without a newline: `in a container of docker: netrunner is process 1; …`.
std::string sentence(const Container& container);

/// none, read-only, writable: as the JSON of `doctor` has it.
const char* name_of(Container::Groups groups);

}  // namespace netrunner
