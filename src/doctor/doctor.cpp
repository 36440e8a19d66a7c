#include "src/doctor/doctor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "shepherd/system/pidfd.hpp"
#include "src/cgroup/cgroup.hpp"
#include "src/cgroup/place.hpp"
#include "src/doctor/container.hpp"
#include "src/system/fd.hpp"
#include "src/system/file_access.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/spawn.hpp"
#include "src/system/text_file.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/kernel_text.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants the program to declare it

namespace netrunner {
namespace {

// ---- trials: run netrunner as a user would, and read its error line

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/// Runs `netrunner --version` under `netrunner run` with `options`. Returns nothing on success, otherwise the first
/// line of standard error without its prefix.
std::optional<std::string> try_run(std::vector<std::string> options) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe");
    std::vector<std::string> words{self, "run", "-t", "10s", "--stdin", "null", "--stdout", "null"};
    std::ranges::move(options, std::back_inserter(words));
    for (const char* word : {"--", self.c_str(), "--version"}) words.emplace_back(word);
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_text(errno);
    const Descriptor errors(ends[0]);
    Descriptor errors_in(ends[1]);
    const std::array placed{SpawnRequest::Placed{.from = errors_in.get(), .to = STDERR_FILENO}};
    const auto [child, error] =
        spawn({.program = self.c_str(), .argv = argv.data(), .environment = environ, .placed = placed});
    errors_in.reset();
    if (error != 0) return errno_text(error);
    const std::string output = trimmed(read_all(errors.get()).value_or(""));
    const int status = wait_for(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
    constexpr std::string_view prefix = "netrunner: ";
    const std::string line = output.substr(0, output.find('\n'));
    if (line.empty()) return fmt::format("a trial run ended with wait status {:#x} and without a message", status);
    return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

Check tried(const char* name, std::vector<std::string> options, const char* needed_for, const std::string& promise) {
    const auto complaint = try_run(std::move(options));
    return {.name = name, .works = !complaint, .needed_for = needed_for, .detail = complaint.value_or(promise)};
}

// ---- processes

Check look_at_proc() {
    constexpr const char* name = "proc";
    constexpr const char* needed_for = "every run";
    // For every user but root, PID 1 is another user's process, which hidepid hides.
    const Descriptor first(::open("/proc/1/stat", O_RDONLY | O_CLOEXEC));
    if (first)
        return {name, true, needed_for, "/proc shows all processes, so netrunner finds every process of a command"};
    return {name, false, needed_for,
            fmt::format("/proc hides the processes of other users ({}): netrunner cannot find a process of the command "
                        "that changes its user (try: mount /proc without hidepid)",
                        errno_text(errno))};
}

Check look_at_pidfds() {
    constexpr const char* name = "pidfd";
    constexpr const char* needed_for = "every run";
    if (can_use_pidfds()) return {name, true, needed_for, "a signal cannot reach a later process with the same pid"};
    return {name, false, needed_for,
            "the kernel or a seccomp filter refuses pidfd_open or pidfd_send_signal: netrunner sends signals by pid, "
            "after a check of the process's start time, so a process that gets the pid in between is hit (try: Linux "
            "5.3 or later, and a container engine whose seccomp profile allows these calls)"};
}

// ---- containers

bool exists(const char* path) { return ::access(path, F_OK) == 0; }

std::string variable(const char* name) {
    const char* value = ::getenv(name);  // NOLINT(concurrency-mt-unsafe): netrunner has one thread
    return value != nullptr ? value : "";
}

std::uint64_t name_space(const char* name) {
    struct stat file {};
    return ::stat(fmt::format("/proc/self/ns/{}", name).c_str(), &file) == 0 ? file.st_ino : 0;
}

ContainerTraces gather_traces() {
    return {.pid = ::getpid(),
            .namespaces = {.pid = name_space("pid"),
                           .cgroup = name_space("cgroup"),
                           .ipc = name_space("ipc"),
                           .user = name_space("user"),
                           .uts = name_space("uts")},
            .status = read_text("/proc/self/status").value_or(""),
            .mounts = read_text("/proc/self/mounts").value_or(""),
            .engine_variable = variable("container"),
            .docker_file = exists("/.dockerenv"),
            .podman_file = exists("/run/.containerenv"),
            .kubernetes = !variable("KUBERNETES_SERVICE_HOST").empty()};
}

// ---- control groups

struct ControllerUse {
    const char* name;
    const char* options;
};
constexpr std::array<ControllerUse, 5> controllers{{
    {"memory",
     "--memory-max, --memory-high, --swap-max, the peak memory of all processes and the verdict 'out of memory'"},
    {"pids", "--pids-max"},
    {"cpu", "--cpu-max, --cpu-weight"},
    {"cpuset", "--cpuset"},
    {"io", "--io-max"},
}};

/// Checks a controller without enabling it, because an enabled controller would stay enabled. Throws the SetupFailure
/// that a run would throw.
void look_for_controller(const std::string& base, const ControllerUse& controller) {
    const Descriptor directory(::open(base.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) cgroup_failure(errno, fmt::format("cannot open '{}'", base));
    const auto enabled = enabled_controllers(directory.get());
    if (std::ranges::find(enabled, controller.name) != enabled.end()) return;
    require_controller(directory.get(), base, controller.name);
    if (!may_access(directory.get(), "cgroup.subtree_control", W_OK)) {
        cgroup_failure(errno, fmt::format("cannot enable '{}' below '{}'", controller.name, base), own_scope());
    }
    // A run makes room if it may (docs/decisions/0014).
    if (!may_have_inner_limits(directory.get()) && movable_from(directory.get(), base) == Movable::none) {
        refuse_inner_limits(directory.get(), base, controller.name);
    }
}

/// The kernel refuses an argument without a size, but only after a seccomp filter has let the call through.
std::string how_groups_are_joined() {
    const bool usable = ::syscall(SYS_clone3, nullptr, 0) < 0 && errno == EINVAL;
    return usable ? "" : "; clone3 is refused, so a command moves itself into its group, which takes longer";
}

/// Makes a group to look for cgroup.kill in it, because the root group has no such file.
std::string how_groups_end(const std::string& base) {
    const Narrator silent;
    Cgroup group({.base = base, .components = {}, .unique = true, .settings = {}}, silent);
    return group.job().ends_at_once()
               ? "; all processes of a group end in one step"
               : "; the kernel has no cgroup.kill, so a group is frozen and its processes end one by one";
}

std::string without_prefix(const std::string& text) {
    constexpr std::string_view prefix = "cgroup: ";
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

/// The limits that need no control group.
std::string watched_instead(std::string_view controller) {
    if (controller == "memory") return "; --max-rss watches the memory without a control group";
    if (controller == "pids") return "; --max-processes watches the number of processes without a control group";
    return "";
}

Check look_at_controller(const std::string& base, const ControllerUse& controller) {
    Check check{.name = fmt::format("cgroup.{}", controller.name),
                .works = true,
                .needed_for = controller.options,
                .detail = fmt::format("the controller '{}' can be used below '{}'", controller.name, base)};
    try {
        look_for_controller(base, controller);
    } catch (const SetupFailure& failure) {
        check.works = false;
        check.detail = without_prefix(failure_text(failure)) + watched_instead(controller.name);
    }
    return check;
}

Check try_a_group(const std::string& base, const char* needed_for) {
    // This setting changes nothing, but makes the trial run use a group.
    Check check = tried("cgroup", {"--cgroup-set", "cgroup.max.depth=max"}, needed_for,
                        fmt::format("groups can be made below '{}'", base));
    try {
        if (check.works) check.detail += how_groups_end(base) + how_groups_are_joined();
    } catch (const SetupFailure& failure) {  // the trial run's group was possible, but this one is not
        check.works = false;
        check.detail = failure_text(failure);
    }
    check.detail = without_prefix(check.detail);
    return check;
}

void look_at_cgroups(std::vector<Check>& checks) {
    constexpr const char* needed_for = "--cgroup and every limit of a control group";
    std::string base;
    try {
        base = find_cgroup_base(base_of_environment());
    } catch (const std::exception& failure) {  // UsageError: NETRUNNER_CGROUP_BASE is malformed
        const std::string why = without_prefix(failure_text(failure));
        checks.push_back({"cgroup", false, needed_for, why});
        for (const ControllerUse& controller : controllers)
            checks.push_back({fmt::format("cgroup.{}", controller.name), false, controller.options,
                              why + watched_instead(controller.name)});
        return;
    }
    checks.push_back(try_a_group(base, needed_for));
    for (const ControllerUse& controller : controllers) checks.push_back(look_at_controller(base, controller));
}

}  // namespace

Diagnosis examine(std::vector<std::string> required) {
    struct utsname system {};
    ::uname(&system);
    Diagnosis diagnosis{.kernel = fmt::format("{} {}", system.sysname, system.release),
                        .machine = system.machine,
                        .user = ::geteuid(),
                        .checks = {},
                        .required = std::move(required),
                        .container = recognize(gather_traces())};
    diagnosis.checks.push_back(
        tried("run", {}, "every run", "commands can be run, and ended with all processes that they start"));
    diagnosis.checks.push_back(look_at_proc());
    diagnosis.checks.push_back(look_at_pidfds());
    diagnosis.checks.push_back(tried("pty", {"--pty"}, "--pty", "commands can be run on a pseudo-terminal"));
    look_at_cgroups(diagnosis.checks);
    diagnosis.checks.push_back(tried("pid-namespace", {"--pid-namespace"}, "--pid-namespace",
                                     "commands can be run in a PID namespace of their own"));
    return diagnosis;
}

}  // namespace netrunner
